"""A server on loopback that takes messages as the omnichannel platform does, or breaks as it may: each connection gets the next of the
plans that it was given, the last one from then on."""

import socket
import ssl
import threading


class Platform:
    """Plans: an HTTP status, (status, {header: value}), or
    "hang up": closes before it reads; "cut": reads the request and closes; "silent": reads it and answers nothing until it is closed;
    "half": sends half of a 200 and closes."""

    def __init__(self, *plans, certificate=None):
        self.plans = list(plans) or [200]
        self.requests = []  # (first line, {header: value}, body), whole ones only
        self.served = []    # the plan of each
        self.connections = 0
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._tls = None
        if certificate:
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._tls.load_cert_chain(certificate)
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._over.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                plan = self.plans[min(self.connections, len(self.plans) - 1)]
                self.connections += 1
            threading.Thread(target=self._serve, args=(client, plan), daemon=True).start()

    def _serve(self, client, plan):
        try:
            with client:
                if plan == "hang up":
                    return
                if self._tls:
                    client = self._tls.wrap_socket(client, server_side=True)
                if self._read(client, plan):
                    self._answer(client, plan)
        except (OSError, ssl.SSLError):
            pass

    def _read(self, client, plan):
        data = b""
        while b"\r\n\r\n" not in data:
            data += (got := client.recv(65536))
            if not got:
                return False
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += (got := client.recv(65536))
            if not got:
                return False
        with self._lock:
            self.requests.append((first, headers, body.decode()))
            self.served.append(plan)
        return True

    def _answer(self, client, plan):
        if plan == "cut":
            return
        if plan == "silent":
            self._over.wait()
            return
        if plan == "half":
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
            return
        status, headers = plan if isinstance(plan, tuple) else (plan, {})
        body = b'{"id": "m-1"}' if status < 300 else b'{"error": "no"}'
        lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *(f"{k}: {v}" for k, v in headers.items())]
        client.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
