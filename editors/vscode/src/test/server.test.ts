/**
 * The client library of the extension starts the server over stdio and hears of its findings.
 *
 * ADVISE_COMMAND is the command as JSON, `["advise"]` where it is not set.
 */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

import {
  createProtocolConnection,
  DidChangeTextDocumentNotification,
  DidOpenTextDocumentNotification,
  ExecuteCommandRequest,
  ExitNotification,
  HoverRequest,
  InitializedNotification,
  InitializeRequest,
  PublishDiagnosticsNotification,
  type PublishDiagnosticsParams,
  ShutdownRequest,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";

import { ARCHITECTURE, launchOf, optionsOf, pageOf, type Settings } from "../launch";

const TEMPLATE = `Resources:
  Work:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.13
      Handler: app.handler
      Timeout: 60
      Role: arn:aws:iam::123456789012:role/work
      Code: {S3Bucket: code, S3Key: work.zip}
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: 30
  Polls:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Jobs.Arn
      FunctionName: !Ref Work
`;

const settings: Settings = {
  command: JSON.parse(process.env["ADVISE_COMMAND"] ?? '["advise"]') as string[],
  scope: "open",
  severity: "configured",
};

test("the server starts, finds, answers and ends", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "advise-"));
  const file = join(folder, "template.yaml");
  await writeFile(file, TEMPLATE);
  const uri = pathToFileURL(file).href;
  const launch = launchOf(settings);
  const child = spawn(launch.command, launch.args, { cwd: folder, stdio: "pipe" });
  child.stderr.pipe(process.stderr);
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const waiting = new Map<number, (params: PublishDiagnosticsParams) => void>();
  const published = (version: number): Promise<PublishDiagnosticsParams> =>
    new Promise((resolve) => waiting.set(version, resolve));
  connection.onNotification(PublishDiagnosticsNotification.type, (params) => {
    waiting.get(params.version ?? -1)?.(params);
  });
  connection.listen();

  const answer = await connection.sendRequest(InitializeRequest.type, {
    processId: process.pid,
    rootUri: pathToFileURL(folder).href,
    capabilities: {},
    initializationOptions: optionsOf(settings, false),
  });
  assert.equal(answer.capabilities.hoverProvider, true);
  assert.deepEqual(answer.capabilities.executeCommandProvider?.commands, [ARCHITECTURE]);
  await connection.sendNotification(InitializedNotification.type, {});

  const first = published(1);
  await connection.sendNotification(DidOpenTextDocumentNotification.type, {
    textDocument: { uri, languageId: "yaml", version: 1, text: TEMPLATE },
  });
  const codes = (await first).diagnostics.map((each) => each.code);
  assert.ok(codes.includes("QUE001") && codes.includes("QUE010"), codes.join());

  const hover = await connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position: { line: 9, character: 4 },
  });
  assert.match(JSON.stringify(hover?.contents), /source-queue-without-dlq/);

  const second = published(2);
  await connection.sendNotification(DidChangeTextDocumentNotification.type, {
    textDocument: { uri, version: 2 },
    contentChanges: [{ text: TEMPLATE.replace("VisibilityTimeout: 30", "VisibilityTimeout: 360") }],
  });
  assert.ok(!(await second).diagnostics.some((each) => each.code === "QUE010"));

  const picture = (await connection.sendRequest(ExecuteCommandRequest.type, {
    command: ARCHITECTURE,
    arguments: [uri],
  })) as { mermaid: string };
  assert.match(pageOf(picture.mermaid), /^```mermaid\nflowchart LR\n[^]*Jobs[^]*```\n$/);

  await connection.sendRequest(ShutdownRequest.type);
  await connection.sendNotification(ExitNotification.type);
  assert.equal(await ended, 0);
  connection.dispose();
  await rm(folder, { recursive: true });
});

test("the command of the settings is what is started", () => {
  const of = (command: string[]) => launchOf({ ...settings, command });
  assert.deepEqual(of(["uvx", "advise"]), { command: "uvx", args: ["advise", "lsp"] });
  assert.deepEqual(of([]), { command: "advise", args: ["lsp"] });
});

test("the server is told of trust, scope and severity", () => {
  assert.deepEqual(optionsOf(settings, true), { trusted: true, scope: "open" });
  assert.deepEqual(optionsOf({ ...settings, scope: "project", severity: "info" }, false), {
    trusted: false,
    scope: "project",
    severity: "info",
  });
});
