"""Calls a server with gRPC's C library: python3 python_client.py <host:port>

Needs grpcio (Debian: python3-grpcio) and a server of behaviour.v1.Notes with the implementation in notes.ts.
"""

import sys

import grpc


def note(text):
    data = text.encode()
    length = len(data)
    varint = bytes([length]) if length < 128 else bytes([length & 127 | 128, *note_length(length >> 7)])
    return b"\x0a" + varint + data


def note_length(rest):
    while rest > 127:
        yield rest & 127 | 128
        rest >>= 7
    yield rest


def same(data):
    return data


def main(target):
    for options in ([], [("grpc.default_compression_algorithm", 2)]):
        with grpc.insecure_channel(target, options=options) as channel:
            path = "/behaviour.v1.Notes/"
            send = channel.unary_unary(path + "Send", same, same)
            assert send(note("x"), timeout=5) == note("sent x")
            large = "y" * 1_000_000
            assert send(note(large), timeout=5) == note("sent " + large)
            collect = channel.stream_unary(path + "Collect", same, same)
            assert collect(iter([note("a"), note("b")]), timeout=5).startswith(note("a+b"))
            expand = channel.unary_stream(path + "Expand", same, same)
            assert len(list(expand(note("x") + b"\x10\xb8\x17", timeout=10))) == 3000
            chat = channel.stream_stream(path + "Chat", same, same)
            heard = list(chat(iter([note(str(i)) for i in range(500)]), timeout=10))
            assert heard == [note(f"heard {i}") for i in range(500)], len(heard)
            try:
                channel.unary_unary(path + "None", same, same)(note("x"), timeout=5)
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNIMPLEMENTED
            else:
                raise AssertionError("an unknown method was answered")
    print("ok")


main(sys.argv[1])
