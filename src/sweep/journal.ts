import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { UserError } from '../lib/user-error.ts'

/** What a journal is about. A resumed run must have the same; the fields tell what changed. */
export interface JournalHead {
  format: 'cdnlab-journal-1'
  version: string
  /** For people; it may change. */
  title: string
  /** Hashes of what decides the results, by name: the scenario, each axis, a trace. */
  inputs: Record<string, string>
  cells: number
}

/** One finished cell. `outcome` is what the cell computed, or `error` what went wrong with it. */
export interface JournalEntry {
  cell: number
  /** Content address of the cell: the same key has the same outcome, whoever computed it. */
  key: string
  outcome?: unknown
  error?: string
}

/** An append-only record of finished cells. A line holds one entry and its CRC, so a torn tail is known and cut. */
export interface Journal {
  /** Finished cells by number, as read at the start and appended since. Failed ones are tried again on a resume. */
  readonly done: ReadonlyMap<number, JournalEntry>
  append(entry: JournalEntry): void
  close(): void
}

/** Entries are flushed to the disk after this many, and at the end; what the process has written survives its own death anyway. */
const entriesPerFlush = 32

/** Begins a journal in a new file. Throws UserError when there is one already. */
export function createJournal(path: string, head: JournalHead): Journal {
  if (existsSync(path))
    throw new UserError({
      message: `${path} holds the journal of an earlier run`,
      hint: 'resume it with --resume, or choose another --out',
    })
  const file = openSync(path, 'wx')
  writeAll(file, line(head))
  return openJournal(file, new Map())
}

/**
 * Opens the journal of an interrupted run for appending. The torn tail of a killed writer is cut off. Throws UserError when the
 * run is another one, saying what changed, or when a line before the last is damaged.
 */
export function resumeJournal(path: string, head: JournalHead): Journal {
  if (existsSync(path) && !readFileSync(path).includes(10)) {
    // Killed while the head was written: nothing is known yet, and nothing is lost.
    rmSync(path)
    return createJournal(path, head)
  }
  const { head: before, entries, goodBytes } = readJournal(path)
  refuseOtherRun(path, before, head)
  const file = openSync(path, 'r+')
  ftruncateSync(file, goodBytes)
  closeSync(file)
  const done = new Map<number, JournalEntry>()
  for (const entry of entries) if (entry.error === undefined) done.set(entry.cell, entry)
  return openJournal(openSync(path, 'a'), done)
}

/** Reads a journal whole: head, entries in order of writing, and the length of its undamaged part in bytes. */
export function readJournal(path: string): { head: JournalHead; entries: JournalEntry[]; goodBytes: number } {
  if (!existsSync(path))
    throw new UserError({ message: `${path}: there is no journal to resume`, hint: 'begin without --resume' })
  const bytes = readFileSync(path)
  const records: unknown[] = []
  let start = 0
  while (start < bytes.length) {
    const end = bytes.indexOf(10, start)
    const record = end < 0 ? undefined : parseLine(bytes.subarray(start, end))
    if (record === undefined) {
      const isLast = end < 0 || end === bytes.length - 1
      if (isLast) break
      throw new UserError({
        message: 'this line of the journal is damaged, and others follow it',
        at: { file: path, line: records.length + 1 },
        hint: 'the disk or an editor changed it: begin again in another folder',
      })
    }
    records.push(record)
    start = end + 1
  }
  const [head, ...entries] = records as [JournalHead, ...JournalEntry[]]
  if (head?.format !== 'cdnlab-journal-1') throw new UserError({ message: `${path} is no journal of cdnlab sweep` })
  return { head, entries, goodBytes: start }
}

function openJournal(file: number, done: Map<number, JournalEntry>): Journal {
  let unflushed = 0
  return {
    done,
    append(entry) {
      writeAll(file, line(entry))
      done.set(entry.cell, entry)
      if (++unflushed >= entriesPerFlush) {
        fsyncSync(file)
        unflushed = 0
      }
    },
    close() {
      fsyncSync(file)
      closeSync(file)
    },
  }
}

/** Throws UserError when two heads are of different runs, saying what differs. */
export function refuseOtherRun(path: string, before: JournalHead, now: JournalHead): void {
  const changed: string[] = []
  if (before.version !== now.version) changed.push(`version (${before.version}, now ${now.version})`)
  for (const name of new Set([...Object.keys(before.inputs), ...Object.keys(now.inputs)]))
    if (before.inputs[name] !== now.inputs[name]) changed.push(name)
  if (before.cells !== now.cells) changed.push(`number of cells (${before.cells}, now ${now.cells})`)
  if (changed.length > 0)
    throw new UserError({
      message: `${path} belongs to another run; changed: ${changed.join(', ')}`,
      hint: 'results of different inputs are not mixed: begin again in another folder',
    })
}

function line(record: JournalHead | JournalEntry): string {
  const text = JSON.stringify(record)
  return `${checksum(Buffer.from(text))} ${text}\n`
}

/** A disk that fills up takes a part of the bytes first, and refuses at the next call only. */
function writeAll(file: number, text: string): void {
  const bytes = Buffer.from(text)
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

function parseLine(bytes: Buffer): unknown {
  const body = bytes.subarray(9)
  if (bytes.length < 11 || bytes.toString('latin1', 0, 9) !== `${checksum(body)} `) return undefined
  return JSON.parse(body.toString('utf8'))
}

function checksum(bytes: Buffer): string {
  return crc32(bytes).toString(16).padStart(8, '0')
}
