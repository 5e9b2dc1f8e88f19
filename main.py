"""The door of Homespun: `python main.py --help` lists the commands."""

from agent.cli import main

if __name__ == "__main__":
    main()
