"""A package beyond what Lambda takes is refused; a heavy one makes callers wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor import (
    Confidence,
    Evidence,
    Function,
    Mode,
    NotRead,
    Pillar,
    Rule,
    Severity,
    limit,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from advisor import Architecture, Edge, Finding, NotJudged, Package

rule = Rule(
    id="PKG001",
    name="oversized-package",
    pillar=Pillar.PERFORMANCE,
    severity=Severity.WARNING,
    confidence=Confidence.HIGH,
    applies_to=Function,
    summary="function's package is too large",
    rationale="""
        Lambda refuses a function whose code and layers together are larger than 250 MB unzipped:
        the deployment fails. Below that, every new execution environment still fetches the
        package, and code that is loaded from a large one starts slowly, which a caller that
        waits for the answer feels.
        """,
    remediation="""
        Leave out what does not run: tests, caches, version history, development dependencies,
        source maps, an SDK that the runtime brings. Bundle JavaScript, and take
        only the parts of large libraries that are used. What has to be large, such as a model,
        fits into a container image or a mounted file system.
        """,
    when_to_ignore="""
        The function is warm whenever it matters, or its callers do not mind the start.
        """,
    bad={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/  # <-- 'Ship' makes 'Api' wait for a package of
                  Events:
                    Api:
                      Type: Api
                      Properties: {Path: /ship, Method: post}
            """,
        "ship/app.py": """
            def handler(event, context):
                return {"statusCode": 200}
            """,
        "advise.toml": """
            [rules.oversized-package]
            unzipped = 0  # MB; otherwise 50
            """,
    },
    good={
        "template.yaml": """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Ship:
                Type: AWS::Serverless::Function
                Properties:
                  Runtime: python3.13
                  Handler: app.handler
                  CodeUri: ship/
                  Events:
                    Api:
                      Type: Api
                      Properties: {Path: /ship, Method: post}
            """,
        "ship/app.py": """
            def handler(event, context):
                return {"statusCode": 200}
            """,
    },
    references=(
        "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html",
    ),
    # MB that a function may have whose callers wait: as an archive, and unzipped; and percent of
    # what Lambda takes at most.
    options={"zipped": 10, "unzipped": 50, "percent": 80},
)

_MB = 1024 * 1024


@rule.check
def check(architecture: Architecture) -> Iterator[Finding | NotJudged]:
    # Functions of one package are told of once.
    found: dict[tuple[object, ...], list[Finding]] = {}
    for function in architecture.functions():
        package = function.package
        if isinstance(package, NotRead):
            if function.package_type != "Image" and function.get("Code", "ZipFile") is None:
                yield rule.not_judged(function, because=package.reason)
            continue
        judged = _judge(architecture, function, package)
        if judged is not None:
            layers = tuple(size.shown for _, size in package.layers)
            found.setdefault((package.code.shown, layers, judged.severity), []).append(judged)
        elif package.code.is_cut:
            yield rule.not_judged(function, because="its package has too many files to be counted")
        elif not package.is_final:
            yield rule.not_judged(function, because="its package is built from what lies here")
    for findings in found.values():
        yield findings[0]


def _judge(architecture: Architecture, function: Function, package: Package) -> Finding | None:
    most = limit("package-unzipped").value * _MB
    size = package.unzipped
    with_layers = " with its layers" if package.layers else ""
    runtime = function.runtime if isinstance(function.runtime, str) else ""
    if size > most:
        if package.is_final:
            return _finding(
                function,
                package,
                f"'{function.name}'{with_layers} is {_shown(size)} unzipped,"
                f" Lambda takes {_shown(most)}",
                why="the deployment of the function is refused",
                severity=Severity.ERROR,
            )
        # pip's build takes the folder along as it is; those of other languages do not.
        if not runtime.startswith("python"):
            return None
        return _finding(
            function,
            package,
            f"'{function.name}'{with_layers} is {_shown(size)} unzipped before it is built,"
            f" Lambda takes {_shown(most)}",
            why="the build adds to it, and the deployment of the function is refused",
            severity=Severity.WARNING,
        )
    if not package.is_final:
        return None
    if size * 100 >= most * architecture.option(rule, "percent"):
        return _finding(
            function,
            package,
            f"'{function.name}'{with_layers} is {_shown(size)} of the {_shown(most)} that"
            " Lambda takes",
            why="a few more dependencies, and the deployment is refused",
            severity=Severity.WARNING,
        )
    zipped = package.code.zipped or 0
    heavy_zip = zipped > architecture.option(rule, "zipped") * _MB
    if not heavy_zip and size <= architecture.option(rule, "unzipped") * _MB:
        return None
    caller = _caller(architecture, function)
    if caller is None:
        return None
    form = f"{_shown(zipped)} zipped" if heavy_zip else f"{_shown(size)} unzipped"
    return _finding(
        function,
        package,
        f"'{function.name}' makes '{caller.source.title}' wait for a package of {form}",
        why="every new execution environment fetches and loads it while the caller waits",
        severity=Severity.WARNING,
        caller=caller,
    )


def _caller(architecture: Architecture, function: Function) -> Edge | None:
    """Return who waits for new environments; None where environments are ready before."""
    if function.snap_start != "None" or any(
        version.provisioned is not None for version in architecture.versions(function)
    ):
        return None
    for edge in architecture.invokers(function):
        if edge.mode is Mode.SYNCHRONOUS and edge.evidence >= Evidence.PROVED:
            return edge
    return None


def _finding(
    function: Function,
    package: Package,
    message: str,
    *,
    why: str,
    severity: Severity,
    caller: Edge | None = None,
) -> Finding:
    key = "CodeUri" if function.get("CodeUri") is not None else "Code"
    related = [
        node.at(label=f"the layer is {_shown(size.unzipped)} unzipped")
        for node, size in package.layers
    ]
    if caller is not None:
        related.append(caller.at(label=f"'{caller.source.title}' waits for '{function.name}'"))
    return rule.finding(
        message,
        at=function.at(key, label=_contents(package)),
        related=related,
        why=why,
        remediation=_remediation(package),
        severity=severity,
    )


def _contents(package: Package) -> str:
    count = package.code.files
    return f"{package.code.shown or '.'} holds {count} file{'' if count == 1 else 's'}"


def _remediation(package: Package) -> str:
    sizes = [package.code, *(size for _, size in package.layers)]
    lines = []
    for size in sizes:
        lines.append(f"# largest in {size.shown or '.'}:")
        lines += [f"#   {_shown(part.size):>8}  {part.name}" for part in size.largest]
        if size.leftovers:
            lines.append("# not needed at run time:")
            lines += [f"#   {_shown(item.size):>8}  {item.what}" for item in size.leftovers[:10]]
    if package.others:
        lines.append(f"# {package.others} more layers, which do not lie here, come on top")
    return "\n".join(lines)


def _shown(size: float) -> str:
    if size >= _MB:
        return f"{size / _MB:.0f} MB" if size >= 10 * _MB else f"{size / _MB:.1f} MB"
    return f"{size / 1024:.0f} KB" if size >= 1024 else f"{size:.0f} B"
