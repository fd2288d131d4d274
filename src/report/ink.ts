import { Chalk, type ChalkInstance } from 'chalk'

/** Colours of a report: a scale that people with any kind of colour vision can read, and few others. */
export interface Ink {
  title(text: string): string
  faint(text: string): string
  strong(text: string): string
  good(text: string): string
  bad(text: string): string
  /** A place on the scale from 0 (worst) to 1 (best): dark violet over green to yellow. */
  scale(share: number, text: string): string
  first(text: string): string
  second(text: string): string
}

/** Nine steps of the scale viridis. Source: S. van der Walt, N. Smith, matplotlib, 2015 (CC0). */
const viridis = ['#440154', '#472d7b', '#3b528b', '#2c728e', '#21918c', '#28ae80', '#5ec962', '#addc30', '#fde725']

/** Ink for a number of colours: 0 none, 1 sixteen, 2 256, 3 all. */
export function createInk(level: 0 | 1 | 2 | 3): Ink {
  const chalk: ChalkInstance = new Chalk({ level })
  return {
    title: text => chalk.bold(text),
    faint: text => chalk.dim(text),
    strong: text => chalk.bold(text),
    good: text => chalk.hex('#28ae80')(text),
    bad: text => chalk.hex('#d55e00')(text),
    scale: (share, text) => {
      const step = Math.round(Math.max(0, Math.min(1, share)) * (viridis.length - 1))
      return chalk.hex(viridis[Number.isFinite(step) ? step : 0]!)(text)
    },
    first: text => chalk.hex('#0072b2')(text),
    second: text => chalk.hex('#e69f00')(text),
  }
}

/**
 * Cells of a letter on a terminal: some scripts are two wide. Expressions of scripts take long to build: they stand where they are needed.
 * Source: Unicode Standard Annex 11, classes W and F, by script.
 */
function cellsOf(letter: string): number {
  if (letter < '\u0300') return 1
  if (/^\p{Mark}$/u.test(letter)) return 0
  const wide =
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
  return wide.test(letter) && !/[\uff61-\uffdc]/u.test(letter) ? 2 : 1
}

/** Cells that a text takes on a screen, without colours. */
export function widthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '')
  let cells = 0
  for (const letter of plain) cells += cellsOf(letter)
  return cells
}

/** Text of an exact width: cut with an ellipsis, or filled up with spaces. Without colours. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  let shown = text
  if (widthOf(text) > width) {
    shown = ''
    let cells = 1
    for (const letter of text) {
      cells += cellsOf(letter)
      if (cells > width) break
      shown += letter
    }
    shown += '…'
  }
  const fill = ' '.repeat(Math.max(0, width - widthOf(shown)))
  return align === 'left' ? shown + fill : fill + shown
}
