/**
 * The extension as it is, with its client library, starts the server; only the editor is a stand-in.
 */

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { ARCHITECTURE } from "../launch";
import { Editor, install, Uri } from "./vscode";

const TEMPLATE = `Resources:
  Jobs:
    Type: AWS::SQS::Queue
  Jobs:
    Type: AWS::SQS::Queue
`;

test("the extension starts the server and shows what it finds", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "advise-"));
  const file = join(folder, "template.yaml");
  await writeFile(file, TEMPLATE);
  const editor = new Editor();
  editor.settings.set("command", JSON.parse(process.env["ADVISE_COMMAND"] ?? '["advise"]'));
  const text = {
    uri: Uri.file(file),
    languageId: "yaml",
    version: 1,
    isClosed: false,
    getText: () => TEMPLATE,
  };
  editor.texts.push(text);
  editor.active = text;
  install(editor);
  const { activate, deactivate } = await import("../extension.js");
  await activate({ subscriptions: [] } as never);
  assert.deepEqual(editor.complaints, []);
  const found = await editor.of(text.uri);
  assert.match(found.map((each) => each.message).join(), /'Jobs' stands twice/);
  assert.notEqual(ARCHITECTURE, "advise.showArchitecture");
  await editor.commands.get("advise.showArchitecture")?.();
  assert.match(editor.pages.join(), /^```mermaid\nflowchart LR/);
  await deactivate();
  await rm(folder, { recursive: true });
});
