"""Makes `python -m advisor` the same as `advise`."""

from advisor.cli.main import main

if __name__ == "__main__":
    main()
