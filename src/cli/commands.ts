import type { Command } from 'commander'

/** A command of the program: what the list of commands says of it, and where its module is. */
export interface CommandEntry {
  name: string
  summary: string
  /** Reads the module and adds its options and action to the program: done for the one command that was asked for. */
  register(program: Command): Promise<void>
}

/** All commands, in the order of the help page. A new one is a module of its own and an entry here. */
export const commands: readonly CommandEntry[] = [
  {
    name: 'run',
    summary: 'simulate a scenario and report',
    register: async program => (await import('./run.ts')).registerRun(program),
  },
  {
    name: 'compare',
    summary: 'compare eviction policies on traces',
    register: async program => (await import('./compare.ts')).registerCompare(program),
  },
  {
    name: 'mrc',
    summary: 'what every size of a cache would miss',
    register: async program => (await import('./mrc.ts')).registerMrc(program),
  },
  {
    name: 'trace',
    summary: 'look into a trace, change its format, or make one',
    register: async program => (await import('./trace.ts')).registerTrace(program),
  },
  {
    name: 'replay',
    summary: 'replay the logs of a real CDN, and ask what if',
    register: async program => (await import('./replay.ts')).registerReplay(program),
  },
  {
    name: 'sweep',
    summary: 'run a scenario at every point of a grid',
    register: async program => (await import('./sweep.ts')).registerSweep(program),
  },
  {
    name: 'merge',
    summary: 'put the shards of a sweep together',
    register: async program => (await import('./merge.ts')).registerMerge(program),
  },
  {
    name: 'worker',
    summary: "run cells of others' sweeps from a queue",
    register: async program => (await import('./worker.ts')).registerWorker(program),
  },
  {
    name: 'check',
    summary: 'look a scenario over without running it',
    register: async program => (await import('./check.ts')).registerCheck(program),
  },
  {
    name: 'explain',
    summary: 'the whole story of one request',
    register: async program => (await import('./explain.ts')).registerExplain(program),
  },
  {
    name: 'list',
    summary: 'what can be named in a scenario',
    register: async program => (await import('./list.ts')).registerList(program),
  },
  {
    name: 'rtt',
    summary: 'round trip between places',
    register: async program => (await import('./rtt.ts')).registerRtt(program),
  },
  {
    name: 'place',
    summary: 'where the next PoPs would save most',
    register: async program => (await import('./place.ts')).registerPlace(program),
  },
  {
    name: 'serve',
    summary: 'run PoPs as real HTTP caches',
    register: async program => (await import('./serve.ts')).registerServe(program),
  },
  {
    name: 'visit',
    summary: "send a scenario's visitors to running PoPs",
    register: async program => (await import('./visit.ts')).registerVisit(program),
  },
  {
    name: 'lab',
    summary: 'an interactive page in which the engine runs',
    register: async program => (await import('./lab.ts')).registerLab(program),
  },
  {
    name: 'lesson',
    summary: 'a question, and a world that answers it',
    register: async program => (await import('./lesson.ts')).registerLesson(program),
  },
  {
    name: 'completion',
    summary: 'let your shell complete commands, options and scenarios',
    register: async program => (await import('./completion.ts')).registerCompletion(program),
  },
]
