"""Calls a server with grpcio in every way, messages encoded by hand; prints one line a scenario. client.py host:port"""
import sys
import threading

import grpc

SERVICE = "/securefl.test.v1.Echo/"


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def message(payload=b"", number=0, text=""):
    out = b""
    if payload:
        out += b"\x0a" + varint(len(payload)) + payload
    if number:
        out += b"\x10" + varint(number)
    if text:
        out += b"\x1a" + varint(len(text.encode())) + text.encode()
    return out


def expect(code, call):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, error
        return error
    raise AssertionError(f"expected {code}")


def main(target):
    channel = grpc.insecure_channel(target)
    unary = channel.unary_unary(SERVICE + "Unary")
    down = channel.unary_stream(SERVICE + "Down")
    up = channel.stream_unary(SERVICE + "Up")
    both = channel.stream_stream(SERVICE + "Both")

    def unary_echo():
        for size in (0, 1, 70000, 3 << 20):
            sent = message(bytes(size), 7, "grüße")
            assert unary(sent) == sent

    def server_streaming():
        assert len(list(down(message(bytes(5000), 100)))) == 100

    def client_streaming():
        reply = up(iter([message(bytes(300000))] * 30))
        assert reply == b"\x08" + varint(30) + b"\x10" + varint(9000000), reply

    def duplex():
        sent = [message(bytes(i * 100 + 1)) for i in range(50)]
        assert list(both(iter(sent))) == sent

    def status():
        error = expect(grpc.StatusCode.PERMISSION_DENIED, lambda: unary(message(text="status:7:100 % größer\nals das")))
        assert error.details() == "100 % größer\nals das"
        trailers = dict(error.trailing_metadata())
        assert trailers["why"] == "asked" and trailers["why-bin"] == b"\x01\x02\x03"
        expect(grpc.StatusCode.ABORTED, lambda: list(down(message(number=3, text="status:10:lost"))))

    def metadata():
        _, call = unary.with_call(b"", metadata=(("custom", "value"), ("custom-bin", b"\x00\xff\n")))
        assert dict(call.initial_metadata())["answer"] == "value"
        assert dict(call.trailing_metadata())["last-bin"] == b"\x00\xff\n"

    def deadline():
        expect(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: unary(message(text="wait"), timeout=0.3))

    def cancellation():
        call = down(message(number=1, text="wait"))
        next(call)
        threading.Timer(0.05, call.cancel).start()
        expect(grpc.StatusCode.CANCELLED, lambda: next(call))

    def limits():
        error = expect(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: unary(message(bytes(5 << 20))))
        assert "limit is 4194304" in error.details(), error
        expect(grpc.StatusCode.UNIMPLEMENTED, lambda: unary(message(bytes(1000)), compression=grpc.Compression.Gzip))
        expect(grpc.StatusCode.UNIMPLEMENTED, lambda: channel.unary_unary(SERVICE + "Nothing")(b""))
        expect(grpc.StatusCode.INTERNAL, lambda: unary(b"\x0a\x7f\x01"))

    def health():
        check = channel.unary_unary("/grpc.health.v1.Health/Check")
        assert check(b"") == b"\x08\x01"
        expect(grpc.StatusCode.NOT_FOUND, lambda: check(b"\x0a\x01x"))
        watch = channel.unary_stream("/grpc.health.v1.Health/Watch")(b"\x0a\x01x")
        assert next(watch) == b"\x08\x03"
        watch.cancel()

    for run in (unary_echo, server_streaming, client_streaming, duplex, status, metadata, deadline, cancellation, limits, health):
        run()
        print("ok", run.__name__)


main(sys.argv[1])
