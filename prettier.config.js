import * as markdown from 'prettier/plugins/markdown'

const { mdast } = markdown.printers

/** Prints a table without padding where it would be wider than a line: Prettier has that for prose it never wraps. */
const narrowTables = {
  parsers: { markdown: markdown.parsers.markdown },
  printers: {
    mdast: {
      ...mdast,
      print: (path, options, print, args) =>
        mdast.print(
          path,
          path.node.type === 'table' ? { ...options, proseWrap: 'never' } : options,
          print,
          args,
        ),
    },
  },
}

/** Formats Markdown alone: all else is Biome's, see `biome.json`. */
export default {
  printWidth: 100,
  proseWrap: 'always',
  singleQuote: true,
  semi: false,
  plugins: [narrowTables],
}
