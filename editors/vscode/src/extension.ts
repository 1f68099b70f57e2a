/** Starts the language server of `advise` and shows what it says. */

import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";

import { ARCHITECTURE, LANGUAGES, launchOf, optionsOf, pageOf, type Settings } from "./launch";

let client: LanguageClient | undefined;

/** Called by the editor when a file of one of our languages is opened. */
export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("advise.showArchitecture", showArchitecture),
    vscode.commands.registerCommand("advise.restart", restart),
    vscode.workspace.onDidGrantWorkspaceTrust(restart),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("advise")) {
        await restart();
      }
    }),
  );
  await start();
}

/** Called by the editor when it ends. */
export async function deactivate(): Promise<void> {
  const ending = client;
  client = undefined;
  await ending?.stop();
}

function settings(): Settings {
  const section = vscode.workspace.getConfiguration("advise");
  return {
    command: section.get<string[]>("command", ["advise"]),
    scope: section.get<string>("scope", "open"),
    severity: section.get<string>("severity", "configured"),
  };
}

async function start(): Promise<void> {
  const current = settings();
  const options: LanguageClientOptions = {
    documentSelector: LANGUAGES.flatMap((language) => [
      { scheme: "file", language },
      { scheme: "untitled", language },
    ]),
    initializationOptions: optionsOf(current, vscode.workspace.isTrusted),
  };
  const starting = new LanguageClient("advise", "advise", launchOf(current), options);
  client = starting;
  try {
    await starting.start();
  } catch (error) {
    client = undefined;
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      `advise does not start: ${reason}. Install it with pip install 'serverless-advisor[lsp]', ` +
        "or say in the setting advise.command how it is started.",
    );
  }
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function showArchitecture(): Promise<void> {
  const document = vscode.window.activeTextEditor?.document;
  if (client === undefined || document === undefined) {
    return;
  }
  const answer = await client.sendRequest<{ mermaid: string } | null>("workspace/executeCommand", {
    command: ARCHITECTURE,
    arguments: [client.code2ProtocolConverter.asUri(document.uri)],
  });
  if (answer === null) {
    void vscode.window.showInformationMessage("advise: this is no template and no state machine.");
    return;
  }
  const page = await vscode.workspace.openTextDocument({
    language: "markdown",
    content: pageOf(answer.mermaid),
  });
  await vscode.window.showTextDocument(page, { viewColumn: vscode.ViewColumn.Beside });
}
