/** Comments, strings and templates: what looks like a statement in them is none. */
const PASSIVE = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g

/** At the beginning of a line or behind another statement. `import(…)` and `import.meta` are no statements. */
const STATEMENT =
  /(?:^|[;}])[ \t]*(?:import(?:\s+(?:type\s+)?[\w$*{]|\s*[{*]|\s*""|\s+"")|export(?:\s+(?:default|const|let|var|function|async|class|abstract|declare|type|interface|enum|import)\b|\s*[{*]))/m

/** Whether a source (TypeScript, too) has import or export statements, and so is an ECMAScript module. */
export function hasModuleSyntax(source: string): boolean {
  const bare = source.replace(PASSIVE, (text) => (/^['"]/.test(text) ? '""' : ' '))
  return STATEMENT.test(bare)
}
