"""`make down`: stops what `make up` started, and nothing else. The state stays for the next `make up`."""

import emulator

if __name__ == "__main__":
    emulator.halt()
