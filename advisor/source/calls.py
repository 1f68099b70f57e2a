"""Calls of AWS APIs: operation, target, invocation type, from each place that leads to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from advisor.records import replace
from advisor.source import sdk
from advisor.source.duck import service_by_parameters
from advisor.source.facts import (
    UNKNOWN_TARGET,
    EventEntry,
    Invocation,
    Place,
    SdkCall,
    Target,
    TargetKind,
)
from advisor.source.meanings import (
    CONTEXT,
    NOTHING,
    Client,
    Command,
    Context,
    Data,
    External,
    Factory,
    Handle,
    Literal,
    Meaning,
    Nothing,
    Operation,
    Pager,
    Variable,
    target_of,
)
from advisor.source.operations import (
    RESOURCES,
    action_of,
    batch_parameter,
    collection_operation,
    operation_of,
    resource_operation,
    target_parameters,
)
from advisor.source.program import Call, Language, Mapping, Member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from advisor.source.evaluate import Evaluator
    from advisor.source.facts import Phase
    from advisor.source.meanings import (
        Instance,
    )
    from advisor.source.members import Meanings
    from advisor.source.program import Expression, Scope, Site

_MAX_CONTEXTS = 48
_MAX_CHAIN = 5
_MAX_LOOKS = 200
"""Ways to a place that are tried, whole ones and those cut short."""
_MAX_ENTRIES = 25
"""Entries of one batch that are looked at; more than PutEvents takes."""

_WORDS = {
    item.value: item for item in (Invocation.REQUEST_RESPONSE, Invocation.EVENT, Invocation.DRY_RUN)
}


def place_of(expression: Expression, scope: Scope) -> Place:
    """Return where an expression stands."""
    return Place(scope.module.shown, expression.span)


def contexts(
    evaluator: Evaluator, scope: Scope, depends: Callable[[Context | None], object]
) -> list[Context | None]:
    """Return the ways to a place that matter for what `depends` looks at.

    None alone where nothing depends on the callers.
    """
    found: list[Context | None] = []
    waiting: list[list[tuple[Scope, Site, Instance | None]]] = [[]]
    looks = 0
    while waiting and len(found) < _MAX_CONTEXTS and looks < _MAX_LOOKS:
        looks += 1
        chain = waiting.pop(0)
        context: Context | None = None
        for bound, site, receiver in reversed(chain):
            context = Context(bound, site, receiver, context)
        evaluator.touched = set()
        depends(context)
        open_ = [
            item
            for item in evaluator.touched
            if evaluator.callers.get(item) and all(item is not bound for bound, _, _ in chain)
        ]
        if not open_ or len(chain) >= _MAX_CHAIN:
            found.append(context)
            continue
        nearest = min(
            open_, key=lambda item: (item is not scope, item.module.shown, item.span.start)
        )
        for site, receiver in evaluator.callers[nearest][:_MAX_CONTEXTS]:
            waiting.append([*chain, (nearest, site, receiver)])
    return found or [None]


class Arguments:
    """The named arguments of a call, however its language passes them."""

    def __init__(
        self, evaluator: Evaluator, call: Call, scope: Scope, context: Context | None
    ) -> None:
        self._evaluator = evaluator
        self._call = call
        self._scope = scope
        self._context = context
        self._data: tuple[Meaning, ...] = ()
        if scope.module.language is not Language.PYTHON:
            first = call.arguments[0] if call.arguments else None
            self._data = evaluator.evaluate(first, scope, context) if first is not None else ()

    def get(self, name: str) -> Meanings | None:
        """Return what is passed under a name; None where certainly nothing is."""
        if self._scope.module.language is not Language.PYTHON:
            return self._from(self._data, name)
        for key, value in self._call.keywords:
            if key == name:
                return self._evaluator.evaluate(value, self._scope, self._context)
        for key, value in self._call.keywords:
            if key == "**":
                whole = self._evaluator.evaluate(value, self._scope, self._context)
                return self._from(whole, name)
        return None

    def may_lack(self, name: str) -> bool:
        """Tell whether one of the mappings that may be passed has nothing under a name."""
        whole = self._data
        for key, value in self._call.keywords:
            if key == name:
                return False
            if key == "**":
                whole = self._evaluator.evaluate(value, self._scope, self._context)
        return any(self._evaluator.entry(item, name) is None for item in whole)

    def _from(self, whole: tuple[Meaning, ...], name: str) -> Meanings | None:
        found: list[Meaning] = []
        for meaning in whole:
            part = self._evaluator.entry(meaning, name)
            if part is not None:
                found.extend(part)
        return tuple(dict.fromkeys(found)) or None


class CommandArguments(Arguments):
    """The arguments inside a command object of the AWS SDK for JavaScript v3."""

    def __init__(self, evaluator: Evaluator, command: Command, site: Site) -> None:
        super().__init__(evaluator, Call(site.call.span, site.call.function), site.scope, None)
        # A command without readable parameters says nothing about any of them.
        self._data = (command.parameters,) if command.parameters is not None else (NOTHING,)

    def get(self, name: str) -> Meanings | None:
        """Return what the object holds under a name; None where certainly nothing."""
        return self._from(self._data, name)


def read_call(
    evaluator: Evaluator, site: Site, context: Context | None, phase: Phase, *, in_loop: bool
) -> list[SdkCall]:
    """Return the API calls that one call of the code makes, coming from one context."""
    found: list[SdkCall] = []
    for service, operation, arguments, handle, presigned in _requests(evaluator, site, context):
        call = SdkCall(
            service=service,
            operation=operation,
            action=action_of(service, operation),
            target=UNKNOWN_TARGET,
            place=place_of(site.call, site.scope),
            phase=phase,
            invocation=_invocation(
                service, operation, arguments, dropped=_is_dropped(evaluator, site, context)
            )
            if not _is_durable(evaluator, site, context)
            else Invocation.SUSPENDED,
            in_loop=in_loop,
            presigned=presigned,
            via=tuple(_via(context)),
            entries=tuple(_entries(evaluator, site, service, operation, arguments)),
            key=_only(arguments.get("Key")) if service == "s3" else None,
        )
        targets = _targets(evaluator, service, operation, arguments, handle)
        found += [replace(call, target=target) for target in targets]
    return _agreed(found)


def _agreed(found: list[SdkCall]) -> list[SdkCall]:
    """Return calls with the invocation type unknown where parameters on several ways differ."""
    types: dict[tuple[str, Target], set[Invocation]] = {}
    for call in found:
        if call.invocation is not None:
            types.setdefault((call.operation, call.target), set()).add(call.invocation)
    agreed = [
        replace(call, invocation=Invocation.UNKNOWN)
        if len(types.get((call.operation, call.target), ())) > 1
        else call
        for call in found
    ]
    return list(dict.fromkeys(agreed))


Request = tuple[str, str, Arguments, Meaning | None, bool]


def _requests(evaluator: Evaluator, site: Site, context: Context | None) -> Iterator[Request]:
    call, scope = site.call, site.scope
    plain = Arguments(evaluator, call, scope, context)
    for meaning in evaluator.evaluate(call.function, scope, context):
        match meaning:
            case Nothing() if (found := service_by_parameters(site)) is not None:
                yield found[0], operation_of(found[1]), plain, None, False
            case Nothing() if _sends(call):
                yield from _commands(evaluator, call.arguments[0], site, context, presigned=False)
            case Operation():
                yield from _of_operation(evaluator, meaning, site, context, plain)
            case External(name=name):
                yield from _of_external(evaluator, name, site, context, plain)


def _sends(call: Call) -> bool:
    return (
        isinstance(call.function, Member) and call.function.name == "send" and bool(call.arguments)
    )


def _of_operation(
    evaluator: Evaluator,
    method: Operation,
    site: Site,
    context: Context | None,
    plain: Arguments,
) -> Iterator[Request]:
    receiver, name = method.receiver, method.name
    first = site.call.arguments[0] if site.call.arguments else None
    match receiver:
        case Client() if name == "send" and first is not None:
            yield from _commands(evaluator, first, site, context, presigned=False)
        case Client() if name in {"generate_presigned_url", "getSignedUrl", "getSignedUrlPromise"}:
            wanted = evaluator.one(first, site.scope, context) if first is not None else NOTHING
            if isinstance(wanted, Literal) and isinstance(wanted.value, str):
                operation = operation_of(wanted.value)
                inner = _presigned(evaluator, site, context)
                yield receiver.service, operation, inner, None, True
        case Client() if name in {"generate_presigned_post", "createPresignedPost"}:
            yield receiver.service, "PutObject", plain, None, True
        case Client():
            operation = operation_of(name, document_client=receiver.document)
            if operation and name[0].islower():
                yield receiver.service, operation, plain, None, False
        case Pager() if name in {"paginate", "wait", "search"} and receiver.operation:
            yield receiver.service, receiver.operation, plain, None, False
        case Factory() if name in {"batch_get_item", "batch_write_item", "create_table"}:
            yield receiver.service, operation_of(name), plain, None, False
        case Factory(service="sqs") if name == "get_queue_by_name":
            yield "sqs", "GetQueueUrl", plain, None, False
        case Handle():
            operation = resource_operation(receiver.service, receiver.kind, name)
            if operation and name[0].islower():
                yield receiver.service, operation, plain, receiver, False
            elif isinstance(site.call.function, Member):
                yield from _collection(evaluator, site.call.function.object, site, context, plain)


def _collection(
    evaluator: Evaluator,
    collection: Expression,
    site: Site,
    context: Context | None,
    plain: Arguments,
) -> Iterator[Request]:
    """Yield the request behind `bucket.objects.all()`."""
    for meaning in evaluator.evaluate(collection, site.scope, context):
        if isinstance(meaning, Operation) and isinstance(meaning.receiver, Handle):
            handle = meaning.receiver
            operation = collection_operation(handle.service, handle.kind, meaning.name)
            if operation:
                yield handle.service, operation, plain, handle, False


def _of_external(
    evaluator: Evaluator, name: str, site: Site, context: Context | None, plain: Arguments
) -> Iterator[Request]:
    call = site.call
    if name == f"{CONTEXT}.invoke":
        yield "lambda", "Invoke", plain, _invoked(evaluator, site, context), False
    powertools = sdk.POWERTOOLS_CALLS.get(name)
    if powertools is not None:
        value = call.arguments[0] if call.arguments else None
        target = evaluator.one(value, site.scope, context) if value is not None else NOTHING
        yield *powertools, plain, target, False
    helper = sdk.javascript_helper(name)
    if helper is not None and len(call.arguments) > 1:
        inner = Call(call.span, call.function, call.arguments[1:])
        service, operation, _ = helper
        yield service, operation, Arguments(evaluator, inner, site.scope, context), None, False
    if name == "@aws-sdk/s3-request-presigner.getSignedUrl" and len(call.arguments) > 1:
        yield from _commands(evaluator, call.arguments[1], site, context, presigned=True)
    if name == "@aws-sdk/s3-presigned-post.createPresignedPost" and len(call.arguments) > 1:
        inner = Call(call.span, call.function, call.arguments[1:])
        yield "s3", "PutObject", Arguments(evaluator, inner, site.scope, context), None, True
    if name == "@aws-sdk/lib-storage.Upload" and call.is_new and call.arguments:
        for options in evaluator.evaluate(call.arguments[0], site.scope, context):
            for parameters in evaluator.entry(options, "params") or (NOTHING,):
                data = parameters if isinstance(parameters, Data) else None
                command = Command("s3", "PutObject", data)
                yield "s3", "PutObject", CommandArguments(evaluator, command, site), None, False


def _invoked(evaluator: Evaluator, site: Site, context: Context | None) -> Meaning:
    """Return the function that a durable function invokes.

    In JavaScript a name of the step may stand before it:
    https://docs.aws.amazon.com/durable-execution/sdk-reference/operations/invoke/
    """
    call = site.call
    named = [value for key, value in call.keywords if key == "function_name"]
    found = [evaluator.one(value, site.scope, context) for value in (*named, *call.arguments[:2])]
    is_script = site.scope.module.language is not Language.PYTHON
    if is_script and len(found) > 1 and isinstance(found[0], Literal):
        return found[1] if isinstance(found[1], (Literal, Variable)) else NOTHING
    return found[0] if found else NOTHING


def _commands(
    evaluator: Evaluator,
    expression: Expression,
    site: Site,
    context: Context | None,
    *,
    presigned: bool,
) -> Iterator[Request]:
    for meaning in evaluator.evaluate(expression, site.scope, context):
        if isinstance(meaning, Command):
            inner = CommandArguments(evaluator, meaning, site)
            yield meaning.service, meaning.operation, inner, None, presigned


def _presigned(evaluator: Evaluator, site: Site, context: Context | None) -> Arguments:
    call = site.call
    values = [value for name, value in call.keywords if name == "Params"]
    values += call.arguments[1:2]
    whole = evaluator.one(values[0], site.scope, context) if values else NOTHING
    data = whole if isinstance(whole, Data) else None
    return CommandArguments(evaluator, Command("", "", data), site)


# --- what a request names -------------------------------------------------------------------


def _targets(
    evaluator: Evaluator,
    service: str,
    operation: str,
    arguments: Arguments,
    handle: Meaning | None,
) -> list[Target]:
    if handle is not None:
        return [target_of(handle)]
    if (service, operation) == ("events", "PutEvents"):
        return _buses(evaluator, arguments)
    batch = batch_parameter(service, operation)
    if batch:
        return _batch(evaluator, arguments.get(batch))
    for name in target_parameters(service, operation):
        found = arguments.get(name)
        if found is not None:
            return list(dict.fromkeys(target_of(item) for item in found))
    return [UNKNOWN_TARGET]


def _buses(evaluator: Evaluator, arguments: Arguments) -> list[Target]:
    found: list[Target] = []
    for entry in _items(evaluator, arguments.get("Entries")):
        bus = evaluator.entry(entry, "EventBusName")
        # Without a name an entry goes to the default bus of the account.
        found += [Target(TargetKind.LITERAL, "default")] if bus is None else map(target_of, bus)
    return list(dict.fromkeys(found)) or [UNKNOWN_TARGET]


def _batch(evaluator: Evaluator, found: Meanings | None) -> list[Target]:
    """Return the tables of a batch or transaction of DynamoDB."""
    targets: list[Target] = []
    for meaning in found or ():
        if not isinstance(meaning, Data):
            return [UNKNOWN_TARGET]
        if isinstance(meaning.expression, Mapping):
            for name, _ in meaning.expression.items[:_MAX_ENTRIES]:
                known = evaluator.one(name, meaning.scope, meaning.context) if name else NOTHING
                targets.append(target_of(known))
        for item in _items(evaluator, (meaning,)):
            for action in ("Put", "Update", "Delete", "ConditionCheck", "Get"):
                for inner in evaluator.entry(item, action) or ():
                    tables = evaluator.entry(inner, "TableName") or (NOTHING,)
                    targets += [target_of(table) for table in tables if inner is not NOTHING]
    return list(dict.fromkeys(targets)) or [UNKNOWN_TARGET]


def _items(evaluator: Evaluator, found: Meanings | None) -> list[Meaning]:
    items: list[Meaning] = []
    for meaning in found or ():
        if isinstance(meaning, Data) and not isinstance(meaning.expression, Mapping):
            items += evaluator.items(meaning)
        elif not isinstance(meaning, Data):
            items.append(NOTHING)
    return list(dict.fromkeys(items))


def _entries(
    evaluator: Evaluator, site: Site, service: str, operation: str, arguments: Arguments
) -> Iterator[EventEntry]:
    if (service, operation) != ("events", "PutEvents"):
        return
    for entry in _items(evaluator, arguments.get("Entries")):
        place = place_of(site.call, site.scope)
        bus = _only(evaluator.entry(entry, "EventBusName"))
        if isinstance(entry, Data):
            place = place_of(entry.expression, entry.scope)
        yield EventEntry(
            bus,
            _only(evaluator.entry(entry, "Source")) or UNKNOWN_TARGET,
            _only(evaluator.entry(entry, "DetailType")) or UNKNOWN_TARGET,
            place,
        )


def _only(found: Meanings | None) -> Target | None:
    if found is None:
        return None
    return target_of(found[0]) if len(found) == 1 else UNKNOWN_TARGET


def _is_durable(evaluator: Evaluator, site: Site, context: Context | None) -> bool:
    found = evaluator.evaluate(site.call.function, site.scope, context)
    return External(f"{CONTEXT}.invoke") in found


def _is_dropped(evaluator: Evaluator, site: Site, context: Context | None) -> bool:
    """Tell whether nobody waits for a call, or for the function that makes it."""
    if site.is_dropped:
        return True
    bound = context
    while bound is not None:
        if bound.site.is_dropped:
            return True
        bound = bound.outer
    callers = evaluator.callers.get(site.scope, ()) if context is None else ()
    return bool(callers) and all(caller.is_dropped for caller, _ in callers)


def _invocation(
    service: str, operation: str, arguments: Arguments, *, dropped: bool
) -> Invocation | None:
    found = _asked_for(service, operation, arguments)
    waits = found in {Invocation.REQUEST_RESPONSE, Invocation.UNKNOWN}
    return Invocation.NOT_AWAITED if dropped and waits else found


def _asked_for(service: str, operation: str, arguments: Arguments) -> Invocation | None:
    if service != "lambda":
        return None
    if operation == "InvokeAsync":
        return Invocation.EVENT
    if operation == "InvokeWithResponseStream":
        return Invocation.REQUEST_RESPONSE
    if operation != "Invoke":
        return None
    found = arguments.get("InvocationType")
    if found is None:
        return Invocation.REQUEST_RESPONSE
    # Where it is set on some way only, the others have what holds without it.
    words = {Invocation.REQUEST_RESPONSE} if arguments.may_lack("InvocationType") else set()
    for meaning in found:
        word = meaning.value if isinstance(meaning, Literal) else ""
        if isinstance(meaning, External):
            # The enumeration of the AWS SDK for JavaScript v3.
            is_sdk = meaning.name.startswith("@aws-sdk/client-lambda.InvocationType.")
            word = meaning.name.rsplit(".", 1)[-1] if is_sdk else ""
        words.add(_WORDS.get(str(word), Invocation.UNKNOWN))
    return words.pop() if len(words) == 1 else Invocation.UNKNOWN


def _via(context: Context | None) -> Iterator[Place]:
    chain: list[Place] = []
    while context is not None:
        chain.append(place_of(context.site.call, context.site.scope))
        context = context.outer
    yield from reversed(chain)


__all__ = ["RESOURCES", "contexts", "place_of", "read_call"]
