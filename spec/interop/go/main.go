// A grpc-go server of whatever services a set of descriptors has: each method gives back what it is asked, and the
// server describes itself.
//
//	server set.binpb 127.0.0.1:0
//
// It prints its address when it listens. A request whose text is "nothing" is NOT_FOUND with a detail, and one whose
// text is "late" is answered when its call is over.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/reflection/grpc_reflection_v1"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

func main() {
	files, err := readFiles(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer()
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			server.RegisterService(describe(file.Services().Get(i)), struct{}{})
		}
		return true
	})
	options := reflection.ServerOptions{Services: server, DescriptorResolver: files}
	grpc_reflection_v1.RegisterServerReflectionServer(server, reflection.NewServerV1(options))
	listener, err := net.Listen("tcp", os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr())
	log.Fatal(server.Serve(listener))
}

func readFiles(path string) (*protoregistry.Files, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	set := &descriptorpb.FileDescriptorSet{}
	if err := proto.Unmarshal(data, set); err != nil {
		return nil, err
	}
	return protodesc.NewFiles(set)
}

func describe(service protoreflect.ServiceDescriptor) *grpc.ServiceDesc {
	desc := &grpc.ServiceDesc{
		ServiceName: string(service.FullName()),
		HandlerType: (*any)(nil),
		Metadata:    service.ParentFile().Path(),
	}
	for i := range service.Methods().Len() {
		method := service.Methods().Get(i)
		desc.Streams = append(desc.Streams, grpc.StreamDesc{
			StreamName:    string(method.Name()),
			ServerStreams: method.IsStreamingServer(),
			ClientStreams: method.IsStreamingClient(),
			Handler:       func(_ any, stream grpc.ServerStream) error { return echo(method, stream) },
		})
	}
	return desc
}

// Answers each request; where only one may be answered, the last.
func echo(method protoreflect.MethodDescriptor, stream grpc.ServerStream) error {
	if err := echoMetadata(stream); err != nil {
		return err
	}
	var last *dynamicpb.Message
	for {
		request := dynamicpb.NewMessage(method.Input())
		if err := stream.RecvMsg(request); err == io.EOF {
			break
		} else if err != nil {
			return err
		}
		if err := fail(request, stream); err != nil {
			return err
		}
		last = request
		if method.IsStreamingServer() {
			if err := stream.SendMsg(request); err != nil {
				return err
			}
		}
		if !method.IsStreamingClient() {
			break
		}
	}
	if !method.IsStreamingServer() {
		return stream.SendMsg(last)
	}
	return nil
}

func echoMetadata(stream grpc.ServerStream) error {
	received, _ := metadata.FromIncomingContext(stream.Context())
	return stream.SendHeader(metadata.MD{"x-seen": received.Get("x-sent")})
}

func fail(request *dynamicpb.Message, stream grpc.ServerStream) error {
	field := request.Descriptor().Fields().ByName("text")
	if field == nil {
		return nil
	}
	switch request.Get(field).String() {
	case "late":
		<-stream.Context().Done()
		return status.FromContextError(stream.Context().Err()).Err()
	case "nothing":
		violation := &errdetails.BadRequest_FieldViolation{Field: "text", Description: "names nothing"}
		found, err := status.New(codes.NotFound, "nichts da: ü").WithDetails(
			&errdetails.BadRequest{FieldViolations: []*errdetails.BadRequest_FieldViolation{violation}},
		)
		if err != nil {
			return err
		}
		return found.Err()
	}
	return nil
}
