"""One thread hands small pieces of work to another through a queue, and takes the results from a second one."""

import queue
import threading

import seebench_guest as guest

guest.imports_done()

ITEMS = guest.params["items"]


def work(todo: queue.Queue, done: queue.Queue) -> None:
    while (item := todo.get()) is not None:
        done.put(sum(range(item)))


def through() -> int:
    todo, done = queue.Queue(maxsize=1), queue.Queue()
    worker = threading.Thread(target=work, args=(todo, done))
    worker.start()
    total = 0
    for i in range(ITEMS):
        todo.put(200 + i % 50)
        total += done.get()
    todo.put(None)
    worker.join()
    return total


guest.digest(guest.iterate(through, work_amount=ITEMS))
