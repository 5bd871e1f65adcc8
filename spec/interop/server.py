"""Behaves as go/main.go does, with gRPC's C library, but does not describe itself: python3 server.py 127.0.0.1:0

Needs grpcio (Debian: python3-grpcio). Requests are taken as bytes: a text is found in them as it is.
"""

import sys
import threading
from concurrent import futures

import grpc

# google.rpc.Status with code 5 and a google.rpc.BadRequest of one violation.
VIOLATION = b"\x0a\x04text\x12\x0dnames nothing"
BAD_REQUEST = b"\x0a" + bytes([len(VIOLATION)]) + VIOLATION
TYPE_URL = b"type.googleapis.com/google.rpc.BadRequest"
DETAIL = b"\x0a" + bytes([len(TYPE_URL)]) + TYPE_URL + b"\x12" + bytes([len(BAD_REQUEST)]) + BAD_REQUEST
MESSAGE = "nichts da: ü".encode()
STATUS = b"\x08\x05\x12" + bytes([len(MESSAGE)]) + MESSAGE + b"\x1a" + bytes([len(DETAIL)]) + DETAIL


def look(request, context):
    if b"\x0a\x04late" in request:
        over = threading.Event()
        context.add_callback(over.set)
        over.wait()
    if b"\x0a\x07nothing" in request:
        context.set_trailing_metadata([("grpc-status-details-bin", STATUS)])
        context.abort(grpc.StatusCode.NOT_FOUND, MESSAGE.decode())


def greet(context):
    seen = [value for key, value in context.invocation_metadata() if key == "x-sent"]
    context.send_initial_metadata([("x-seen", value) for value in seen])


def send(request, context):
    greet(context)
    look(request, context)
    return request


def collect(requests, context):
    greet(context)
    last = b""
    for last in requests:
        look(last, context)
    return last


def expand(request, context):
    greet(context)
    look(request, context)
    yield request


def chat(requests, context):
    greet(context)
    for request in requests:
        look(request, context)
        yield request


def main(address):
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    methods = {
        "Send": grpc.unary_unary_rpc_method_handler(send),
        "Collect": grpc.stream_unary_rpc_method_handler(collect),
        "Expand": grpc.unary_stream_rpc_method_handler(expand),
        "Chat": grpc.stream_stream_rpc_method_handler(chat),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("behaviour.v1.Notes", methods),))
    host, _, _ = address.rpartition(":")
    port = server.add_insecure_port(address)
    server.start()
    print(f"{host}:{port}", flush=True)
    server.wait_for_termination()


main(sys.argv[1])
