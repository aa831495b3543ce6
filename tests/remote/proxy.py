#!/usr/bin/env python3
"""A TCP proxy on loopback that breaks connections on command, for tests of what a lost connection does.

    proxy.py --to PORT [--ftp]        prints PORT=… and CONTROL=…, ends at end of file on its standard input
    Proxy(to_port, ftp=False)         the same as an object: .port, .control, .command(text), .close()

One line a connection to the control port is a command, answered by "ok":
    cut-down N          after N more bytes from the server, close that connection
    cut-up N            after N more bytes from the client, close that connection
    drop-turn K         let K - 1 more answers pass, swallow the K-th and close; an answer is what the server says between two
                        requests of the client, so this works on encrypted connections too
    drop-after TEXT     once the client has sent TEXT, swallow the answer to it and close
    stall               hand nothing on any more, in neither direction, and keep all open
    trickle N           hand N bytes a second on, in each direction
    swap OLD NEW        what the server says has NEW for OLD, which is as long; _ is a blank
    clear               forget all of the above (what is closed stays closed)
With --ftp the port of a passive answer (229) leads through the proxy as well.
"""

import argparse
import re
import socket
import sys
import threading
import time


class Proxy:
    def __init__(self, to_port, ftp=False):
        self._to = to_port
        self._ftp = ftp
        self._lock = threading.Lock()
        self._sockets = set()
        self._clear()
        self._listener = self._listen()
        self._control = self._listen()
        self.port = self._listener.getsockname()[1]
        self.control = self._control.getsockname()[1]
        self._thread(self._accept, self._listener, to_port, ftp)
        self._thread(self._serve_control)

    # -- commands

    def command(self, text):
        """For "clear": whether nothing that was asked for was still to come."""
        word, _, value = text.strip().partition(" ")
        with self._lock:
            if word == "clear":
                was_pending = self._is_pending()
                self._clear()
                return not was_pending
            elif word == "cut-down":
                self._cut_down = int(value)
            elif word == "cut-up":
                self._cut_up = int(value)
            elif word == "drop-turn":
                self._drop_turn = int(value)
            elif word == "drop-after":
                self._drop_after = value.encode("latin-1")
            elif word == "stall":
                self._stalled = True
            elif word == "trickle":
                self._trickle = int(value)
            elif word == "swap":
                self._swap = tuple(w.replace("_", " ").encode("latin-1") for w in value.split())
            else:
                raise ValueError(f"unknown command: {text}")
        return True

    def close(self):
        for s in (self._listener, self._control):
            _close(s)
        with self._lock:
            sockets = list(self._sockets)
        for s in sockets:
            _close(s)

    def _clear(self):
        self._cut_down = self._cut_up = self._drop_turn = None
        self._drop_after = None
        self._stalled = False
        self._trickle = self._swap = None

    def _is_pending(self):
        return self._stalled or any(x is not None for x in (self._cut_down, self._cut_up, self._drop_turn, self._drop_after))

    # -- plumbing

    def _listen(self):
        s = socket.socket()
        s.bind(("127.0.0.1", 0))
        s.listen(64)
        return s

    @staticmethod
    def _thread(work, *args):
        threading.Thread(target=work, args=args, daemon=True).start()

    def _serve_control(self):
        while True:
            try:
                peer, _ = self._control.accept()
            except OSError:
                return
            with peer:
                line = peer.makefile("rb").readline().decode("latin-1")
                try:
                    self.command(line)
                    peer.sendall(b"ok\n")
                except ValueError as e:
                    peer.sendall(f"{e}\n".encode())

    def _accept(self, listener, to_port, ftp, once=False):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", to_port), 10)
            except OSError:
                _close(client)
                continue
            server.settimeout(None)
            with self._lock:
                self._sockets |= {client, server}
            turn = {"client_spoke": False, "dropping": False, "tail": b""}
            self._thread(self._pump, client, server, turn, True, False)
            self._thread(self._pump, server, client, turn, False, ftp)
            if once:
                _close(listener)
                return

    def _pump(self, source, sink, turn, up, ftp):
        while True:
            try:
                data = source.recv(65536)
            except OSError:
                data = b""
            if not data:
                try:
                    sink.shutdown(socket.SHUT_WR)
                except OSError:
                    pass
                return
            with self._lock:
                if self._stalled:
                    continue
                data, cut = self._upward(data, turn) if up else self._downward(data, turn)
            if ftp:
                data = self._through_here(data)
            try:
                self._hand_on(data, sink)
            except OSError:
                cut = True
            if cut:
                _close(source)
                _close(sink)
                return

    def _hand_on(self, data, sink):
        """At once, or a tenth of a second's share at a time, as long as that is wished."""
        while data:
            with self._lock:
                rate, stalled = self._trickle, self._stalled
            if stalled:
                return
            share = max(1, rate // 10) if rate else len(data)
            sink.sendall(data[:share])
            data = data[share:]
            time.sleep(share / rate if rate else 0)

    def _upward(self, data, turn):
        turn["client_spoke"] = True
        turn["tail"] = (turn["tail"] + data)[-4096:]
        if self._drop_after and self._drop_after in turn["tail"]:
            turn["dropping"] = True
            self._drop_after = None
        if self._cut_up is None:
            return data, False
        data, self._cut_up = data[: self._cut_up], self._cut_up - len(data)
        return data, self._done("_cut_up")

    def _downward(self, data, turn):
        if turn["client_spoke"] and self._drop_turn is not None:
            self._drop_turn -= 1
            turn["dropping"] = self._drop_turn == 0
            if turn["dropping"]:
                self._drop_turn = None
        turn["client_spoke"] = False
        if self._swap:
            data = data.replace(*self._swap)
        if turn["dropping"]:
            return b"", True
        if self._cut_down is None:
            return data, False
        data, self._cut_down = data[: self._cut_down], self._cut_down - len(data)
        return data, self._done("_cut_down")

    def _done(self, count):
        if getattr(self, count) > 0:
            return False
        setattr(self, count, None)  # one connection is cut, not every later one
        return True

    def _through_here(self, data):
        passive = re.search(rb"^229 .*\(\|\|\|(\d+)\|\)", data)
        if not passive:
            return data
        listener = self._listen()
        self._thread(self._accept, listener, int(passive[1]), False, True)
        return data.replace(passive[1], str(listener.getsockname()[1]).encode())


def _close(s):
    try:
        s.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass
    s.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--ftp", action="store_true")
    args = parser.parse_args()
    proxy = Proxy(args.to, args.ftp)
    print(f"PORT={proxy.port}\nCONTROL={proxy.control}", flush=True)
    sys.stdin.read()
    proxy.close()


if __name__ == "__main__":
    main()
