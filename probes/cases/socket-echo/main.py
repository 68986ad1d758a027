"""Two threads send messages to and fro over a pair of Unix sockets."""

import socket
import threading

import seebench_guest as guest

guest.imports_done()

SIZE = 512


def echo() -> int:
    here, there = socket.socketpair()
    total = 0

    def answer() -> None:
        while data := there.recv(SIZE, socket.MSG_WAITALL):
            there.sendall(data[::-1])

    other = threading.Thread(target=answer)
    other.start()
    for number in range(guest.params["messages"]):
        here.sendall(bytes([number % 251]) * SIZE)
        total += here.recv(SIZE, socket.MSG_WAITALL)[0]
    here.shutdown(socket.SHUT_WR)
    other.join()
    here.close()
    there.close()
    return total


guest.digest(guest.iterate(echo, work_amount=guest.params["messages"]))
