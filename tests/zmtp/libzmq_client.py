"""The other end of tests/zmtp/libzmq_test.ts: libzmq, driven by one scenario per run."""
import hashlib, json, sys, time
import zmq

context = zmq.Context()


def socket(kind, endpoint, **options):
    s = context.socket(kind)
    s.setsockopt(zmq.LINGER, 0)
    s.setsockopt(zmq.RCVTIMEO, 8000)
    for name, value in options.items():
        s.setsockopt(getattr(zmq, name), value)
    s.connect(endpoint)
    return s


def echo(endpoint):
    s = socket(zmq.DEALER, endpoint, IDENTITY=b"me")
    s.send_multipart([b"a", b"", b"b" * 300])
    return [f.decode() for f in s.recv_multipart()]


def unnamed(endpoint):
    peers = [socket(zmq.DEALER, endpoint) for _ in range(3)]
    for i, s in enumerate(peers):
        s.send_multipart([str(i).encode()])
    return [s.recv_multipart()[0].decode() for s in peers]


def large(endpoint):
    s = socket(zmq.DEALER, endpoint, MAXMSGSIZE=-1)
    body = b"0123456789" * 10_000_000
    started = time.time()
    s.send_multipart([b"x", body])
    back = s.recv_multipart()
    same = hashlib.sha256(back[1]).digest() == hashlib.sha256(body).digest()
    return {"same": same, "seconds": time.time() - started}


def comeback(endpoint):
    for i in range(200):
        s = socket(zmq.DEALER, endpoint, IDENTITY=b"again")
        s.send_multipart([str(i).encode()])
        assert s.recv_multipart() == [str(i).encode()]
        s.close()
    return 200


def heartbeat(endpoint):
    s = socket(zmq.DEALER, endpoint, HEARTBEAT_IVL=50, HEARTBEAT_TIMEOUT=200)
    monitor = s.get_monitor_socket(zmq.EVENT_DISCONNECTED)
    s.send_multipart([b"1"])
    s.recv_multipart()
    return {"disconnected": bool(monitor.poll(1500))}


def abandon(endpoint):
    """Binds a Unix domain socket and ends without taking its file away, as a killed process."""
    import socket as unix

    unix.socket(unix.AF_UNIX).bind(endpoint.removeprefix("ipc://"))
    return True


def request(endpoint):
    s = socket(zmq.REQ, endpoint)
    replies = []
    for body in (b"ping\x00\xff", b"", b"x" * 100_000):
        s.send(body)
        replies.append(s.recv() == body)
    return replies


def subscribe(endpoint):
    s = socket(zmq.SUB, endpoint, RCVHWM=0, SUBSCRIBE=b"1")
    go = socket(zmq.SUB, endpoint, SUBSCRIBE=b"end")
    assert s.recv_multipart()[0] == b"1", "welcome"
    assert go.recv_multipart()[0] == b"end", "welcome"
    print(json.dumps("subscribed"), file=sys.stderr, flush=True)
    go.setsockopt(zmq.RCVTIMEO, 20000)
    go.recv_multipart()
    got = 0
    while s.poll(300):
        topic, _ = s.recv_multipart()
        assert topic.startswith(b"1")
        got += 1
    s.setsockopt(zmq.UNSUBSCRIBE, b"1")
    return got


def stuck(endpoint):
    """One subscriber that reads nothing beside one that reads everything."""
    deaf = socket(zmq.SUB, endpoint, RCVHWM=1, RCVBUF=4096, SUBSCRIBE=b"")
    s = socket(zmq.SUB, endpoint, RCVHWM=0, SUBSCRIBE=b"m")
    s.recv_multipart()
    seen = []
    while not seen or seen[-1] != 399:
        seen.append(int(s.recv_multipart()[1]))
    deaf.close()
    return {"complete": seen == list(range(400))}


print(json.dumps(globals()[sys.argv[1]](sys.argv[2])))
context.destroy(linger=0)
