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

/** Letters that take room on a screen, without colours. */
export function widthOf(text: string): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes begin with the escape character
  return [...text.replace(/\u001b\[[0-9;]*m/g, '')].length
}

/** Text of an exact width: cut with an ellipsis, or filled up with spaces. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const letters = [...text]
  const shown = letters.length > width ? `${letters.slice(0, width - 1).join('')}…` : text
  return align === 'left' ? shown.padEnd(width) : shown.padStart(width)
}
