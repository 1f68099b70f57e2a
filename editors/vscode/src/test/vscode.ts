/**
 * What the extension and its client library need of the editor, as far as a test under plain Node
 * goes: texts that are open, the diagnostics that are shown, settings, commands. Everything else
 * is there and does nothing.
 */

import Module from "node:module";
import { pathToFileURL } from "node:url";

/** A text that is open in the editor. */
export interface Text {
  readonly uri: Uri;
  readonly languageId: string;
  readonly version: number;
  readonly isClosed: boolean;
  getText(): string;
}

export class Uri {
  private constructor(private readonly text: string) {}
  static parse(text: string): Uri {
    return new Uri(text);
  }
  static file(path: string): Uri {
    return new Uri(pathToFileURL(path).href);
  }
  get scheme(): string {
    return this.text.slice(0, this.text.indexOf(":"));
  }
  get fsPath(): string {
    return decodeURIComponent(new URL(this.text).pathname);
  }
  get path(): string {
    return this.fsPath;
  }
  toString(): string {
    return this.text;
  }
}

/** The editor that a test looks into. */
export class Editor {
  readonly settings = new Map<string, unknown>();
  readonly commands = new Map<string, (...words: unknown[]) => unknown>();
  readonly complaints: string[] = [];
  readonly pages: string[] = [];
  readonly texts: Text[] = [];
  active: Text | undefined;
  private readonly shown = new Map<string, readonly { code?: unknown; message: string }[]>();
  private readonly waiting: (() => void)[] = [];

  /** Note what is shown of a text. */
  show(uri: Uri, found: readonly { code?: unknown; message: string }[]): void {
    this.shown.set(uri.toString(), found);
    for (const tell of this.waiting.splice(0)) {
      tell();
    }
  }

  /** Return what is shown of a text, once anything is. */
  async of(uri: Uri): Promise<readonly { code?: unknown; message: string }[]> {
    for (;;) {
      const found = this.shown.get(uri.toString());
      if (found !== undefined) {
        return found;
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }
}

const nothing = { dispose: () => undefined };

/** Return something that may be asked, called, made and extended, and does nothing. */
function idle(own: Record<string, unknown> = {}): unknown {
  class Nothing {
    constructor(...words: unknown[]) {
      void words;
    }
  }
  return new Proxy(Nothing, {
    get(target, name) {
      if (typeof name === "string" && name in own) {
        return own[name];
      }
      if (name === "prototype" || typeof name === "symbol") {
        return Reflect.get(target, name) as unknown;
      }
      if (name.startsWith("on")) {
        return () => nothing;
      }
      return name === "then" ? undefined : idle();
    },
    apply: () => nothing,
  });
}

/** Put an editor in the place of the module `vscode`, which only an editor has. */
export function install(editor: Editor): void {
  class Range {
    constructor(
      readonly start: unknown,
      readonly end: unknown,
    ) {}
  }
  class Position {
    constructor(
      readonly line: number,
      readonly character: number,
    ) {}
  }
  class Diagnostic {
    code: unknown;
    constructor(
      readonly range: Range,
      readonly message: string,
      readonly severity: unknown,
    ) {}
  }
  class Emitter {
    private readonly heard = new Set<(value: unknown) => void>();
    readonly event = (hear: (value: unknown) => void) => {
      this.heard.add(hear);
      return { dispose: () => this.heard.delete(hear) };
    };
    fire(value: unknown): void {
      this.heard.forEach((hear) => hear(value));
    }
    dispose(): void {
      this.heard.clear();
    }
  }
  class Kind {
    constructor(readonly value: string) {}
    append(part: string): Kind {
      return new Kind(this.value === "" ? part : `${this.value}.${part}`);
    }
  }
  const vscode = idle({
    version: "1.82.0",
    Uri,
    Range,
    Position,
    Diagnostic,
    EventEmitter: Emitter,
    Disposable: class {
      constructor(readonly dispose: () => void) {}
    },
    CancellationError: Error,
    CancellationTokenSource: class {
      readonly token = { isCancellationRequested: false, onCancellationRequested: () => nothing };
      cancel(): void {
        this.token.isCancellationRequested = true;
      }
      dispose(): void {
        this.cancel();
      }
    },
    CodeActionKind: idle({ Empty: new Kind(""), QuickFix: new Kind("quickfix") }),
    env: idle({ appName: "test", language: "en" }),
    commands: idle({
      registerCommand: (name: string, run: (...words: unknown[]) => unknown) => {
        editor.commands.set(name, run);
        return nothing;
      },
    }),
    languages: idle({
      createDiagnosticCollection: () => ({
        set: (uri: Uri, found: readonly Diagnostic[]) => editor.show(uri, found),
        delete: () => undefined,
        clear: () => undefined,
        dispose: () => undefined,
      }),
      match: (selector: readonly { scheme: string; language: string }[], text: Text) =>
        selector.some((each) => each.language === text.languageId) ? 10 : 0,
    }),
    window: idle({
      showErrorMessage: (text: string) => {
        editor.complaints.push(text);
        return Promise.resolve(undefined);
      },
      showTextDocument: () => Promise.resolve(undefined),
      createOutputChannel: () => idle({ appendLine: () => undefined, append: () => undefined }),
      get activeTextEditor() {
        return editor.active && { document: editor.active };
      },
      visibleTextEditors: [],
      tabGroups: idle({ all: [] }),
    }),
    workspace: idle({
      isTrusted: false,
      workspaceFolders: undefined,
      notebookDocuments: [],
      get textDocuments() {
        return editor.texts;
      },
      getConfiguration: () => ({
        get: (name: string, other: unknown) => editor.settings.get(name) ?? other,
        inspect: () => undefined,
      }),
      openTextDocument: (page: { content: string }) => {
        editor.pages.push(page.content);
        return Promise.resolve({});
      },
    }),
  });
  const loader = Module as unknown as {
    _load(name: string, ...rest: unknown[]): unknown;
  };
  const load = loader._load.bind(loader);
  loader._load = (name, ...rest) => (name === "vscode" ? vscode : load(name, ...rest));
}
