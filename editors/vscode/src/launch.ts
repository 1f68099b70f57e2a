/** How the server is started and what it is told, apart from everything of the editor. */

/** The settings of the extension, as the user writes them. */
export interface Settings {
  readonly command: readonly string[];
  readonly scope: string;
  readonly severity: string;
}

/** A program with its arguments. */
export interface Launch {
  readonly command: string;
  readonly args: string[];
}

/** What the server is told when it starts. */
export interface Options {
  readonly trusted: boolean;
  readonly scope: string;
  readonly severity?: string;
}

const DEFAULT = "advise";

/** Return the program that serves: the command of the settings, with `lsp` behind it. */
export function launchOf(settings: Settings): Launch {
  const [command, ...args] = settings.command.filter((word) => word !== "");
  return { command: command ?? DEFAULT, args: [...args, "lsp"] };
}

/** Return the initialization options; in a workspace that is not trusted no code is loaded. */
export function optionsOf(settings: Settings, trusted: boolean): Options {
  const scope = settings.scope === "project" ? "project" : "open";
  return settings.severity === "configured"
    ? { trusted, scope }
    : { trusted, scope, severity: settings.severity };
}

/** The languages whose texts the server is told of: templates, definitions and code. */
export const LANGUAGES: readonly string[] = [
  "yaml",
  "json",
  "jsonc",
  "cloudformation",
  "asl",
  "asl-yaml",
  "python",
  "javascript",
  "typescript",
];

/** The request for the picture of what is open. */
export const ARCHITECTURE = "advise.architecture";

/** Return a Markdown page with a Mermaid flowchart in it. */
export function pageOf(mermaid: string): string {
  return `\`\`\`mermaid\n${mermaid.replaceAll("```", "'''").trimEnd()}\n\`\`\`\n`;
}
