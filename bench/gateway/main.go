// The service of the bench for grpc-go, and grpc-gateway in front of it:
//
//	gateway backend unix:/tmp/x.sock     listens there
//	gateway proxy unix:/tmp/x.sock       listens on a port of its own, and calls the other
//
// Either prints its port, or 0, when it listens, and then an answer for every question on its input, as
// rest/answer-questions.ts does.
package main

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	goruntime "runtime"
	"strings"
	"syscall"

	"github.com/grpc-ecosystem/grpc-gateway/v2/runtime"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/protobuf/encoding/protojson"

	"bench/library"
)

// Written by build.ts.
//
//go:embed library/books.json
var books []byte

type server struct {
	library.UnimplementedLibraryServer
	small *library.Small
	mixed *library.Mixed
}

func (s *server) GetBook(_ context.Context, request *library.GetBookRequest) (*library.Small, error) {
	return &library.Small{
		Name:      request.Name,
		Title:     s.small.Title,
		PageCount: s.small.PageCount,
		InPrint:   s.small.InPrint,
		Rating:    s.small.Rating,
		Sold:      s.small.Sold,
	}, nil
}

func (s *server) CreateBook(_ context.Context, book *library.Small) (*library.Small, error) {
	return book, nil
}

func (s *server) CreateMixed(_ context.Context, book *library.Mixed) (*library.Mixed, error) {
	return book, nil
}

func (s *server) ListMixed(_ context.Context, request *library.ListMixedRequest) (*library.List, error) {
	items := make([]*library.Mixed, request.PageSize)
	for i := range items {
		items[i] = s.mixed
	}
	return &library.List{Items: items}, nil
}

func (s *server) ImportMixed(_ context.Context, list *library.List) (*library.ImportMixedResponse, error) {
	return &library.ImportMixedResponse{Count: int32(len(list.Items))}, nil
}

func (s *server) WatchBooks(request *library.WatchBooksRequest, stream grpc.ServerStreamingServer[library.Small]) error {
	for range request.Count {
		if err := stream.Send(s.small); err != nil {
			return err
		}
	}
	if request.Linger {
		<-stream.Context().Done()
	}
	return nil
}

func serveBackend(target string) error {
	var parts struct{ Small, Mixed json.RawMessage }
	if err := json.Unmarshal(books, &parts); err != nil {
		return err
	}
	s := &server{small: &library.Small{}, mixed: &library.Mixed{}}
	if err := protojson.Unmarshal(parts.Small, s.small); err != nil {
		return err
	}
	if err := protojson.Unmarshal(parts.Mixed, s.mixed); err != nil {
		return err
	}
	listener, err := net.Listen("unix", strings.TrimPrefix(target, "unix:"))
	if err != nil {
		return err
	}
	grpcServer := grpc.NewServer()
	library.RegisterLibraryServer(grpcServer, s)
	fmt.Println(0)
	return grpcServer.Serve(listener)
}

func serveProxy(target string) error {
	mux := runtime.NewServeMux()
	options := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	if err := library.RegisterLibraryHandlerFromEndpoint(context.Background(), mux, target, options); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return http.Serve(listener, mux)
}

func answerQuestions() {
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Println(answers[lines.Text()]())
	}
	// Whoever started this has ended.
	os.Exit(0)
}

var answers = map[string]func() int64{
	// Microseconds of a processor so far, of all threads, in the kernel as well.
	"cpu": func() int64 {
		var usage syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
			log.Fatal(err)
		}
		return (usage.Utime.Nano() + usage.Stime.Nano()) / 1000
	},
	// Bytes in use, garbage excepted.
	"memory": func() int64 {
		goruntime.GC()
		var stats goruntime.MemStats
		goruntime.ReadMemStats(&stats)
		return int64(stats.HeapAlloc + stats.StackInuse)
	},
}

func main() {
	go answerQuestions()
	serve := map[string]func(string) error{"backend": serveBackend, "proxy": serveProxy}[os.Args[1]]
	log.Fatal(serve(os.Args[2]))
}
