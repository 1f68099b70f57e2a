"""Makes `python -m advisor` the same as `advise`."""

try:
    from advisor.cli.main import main
except KeyboardInterrupt:  # as soon as there is anything of ours to interrupt
    raise SystemExit(130) from None

if __name__ == "__main__":
    main()
