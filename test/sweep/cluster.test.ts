import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { registerMerge } from '../../src/cli/merge.ts'
import { registerSweep } from '../../src/cli/sweep.ts'
import { registerWorker } from '../../src/cli/worker.ts'
import { parseQueueAddress } from '../../src/sweep/queue-address.ts'

const folder = join(import.meta.dirname, '..', '..', 'config', 'cluster')
const files = ['kubernetes-fleet.yaml', 'kubernetes-indexed-job.yaml', 'slurm-array.sh', 'ci-matrix.yaml']
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

interface Job {
  spec: {
    completions: number
    completionMode: string
    template: { spec: { restartPolicy: string; containers: { name: string; args: string[] }[] } }
    podFailurePolicy: { rules: { onExitCodes?: { containerName: string; values: number[] } }[] }
  }
}

interface Workflow {
  jobs: Record<string, { needs?: string; strategy?: { matrix: { shard: number[] } }; steps: { run?: string }[] }>
}

describe('cluster examples', () => {
  it.each(files)('%s uses options that there are', name => {
    const program = new Command()
    registerSweep(program)
    registerMerge(program)
    registerWorker(program)
    const lines = read(name)
      .replaceAll('\\\n', ' ')
      .replaceAll(/\n +(?=--)/g, ' ')
      .split('\n')
    const calls = lines.flatMap(line => [...line.matchAll(/cdnlab (sweep|merge|worker) (.*)/g)])
    expect(calls.length).toBeGreaterThan(0)
    for (const [, command, words] of calls) {
      const known = program.commands.find(each => each.name() === command)!.options.map(({ long }) => long)
      for (const [option] of words!.matchAll(/--[a-z-]+/g)) expect(known).toContain(option)
    }
  })

  it('an Indexed Job has as many shards as completions, and retries no mistake', () => {
    const { spec } = parse(read('kubernetes-indexed-job.yaml')) as Job
    const [container] = spec.template.spec.containers
    expect(spec.completionMode).toBe('Indexed')
    expect(spec.template.spec.restartPolicy).toBe('Never')
    expect(container!.args[0]).toContain(`--shard "$JOB_COMPLETION_INDEX/${spec.completions}"`)
    const rule = spec.podFailurePolicy.rules.find(({ onExitCodes }) => onExitCodes)!.onExitCodes!
    expect(rule.containerName).toBe(container!.name)
    expect(rule.values).toContain(2)
  })

  it('a fleet meets at one queue, which forgets nothing', () => {
    const parts = parseAllDocuments(read('kubernetes-fleet.yaml')).map(document => {
      expect(document.errors).toEqual([])
      return document.toJS() as { kind: string; metadata: { name: string }; spec: Job['spec'] }
    })
    expect(parts.map(({ kind }) => kind)).toEqual(['Service', 'StatefulSet', 'Deployment', 'Job'])
    const [service, queue, workers, sweep] = parts.map(({ spec }) => spec)
    const argsOf = (spec: Job['spec'] | undefined): string => spec!.template.spec.containers[0]!.args.join(' ')
    const addresses = [workers, sweep].map(spec => /--queue (\S+)/.exec(argsOf(spec))![1]!)
    expect(new Set(addresses).size).toBe(1)
    expect(new URL(parseQueueAddress(addresses[0]!).url).hostname).toBe(parts[0]!.metadata.name)
    expect(service).toMatchObject({ selector: { app: 'cdnlab-queue' } })
    expect(argsOf(queue)).toContain('--appendonly yes --maxmemory-policy noeviction')
    expect(sweep!.podFailurePolicy.rules[0]!.onExitCodes!.values).toContain(2)
  })

  it('a matrix counts its shards from 0, and merges after them', () => {
    const { shard, merge } = (parse(read('ci-matrix.yaml')) as Workflow).jobs
    const shards = shard!.strategy!.matrix.shard
    expect(shards).toEqual([...shards.keys()])
    const run = shard!.steps.find(step => step.run)!.run!
    expect(run).toContain(`/${shards.length} `)
    expect(merge!.needs).toBe('shard')
  })

  it('a job array is a script that the shell can read', () => {
    const { status, stderr } = spawnSync('bash', ['-n', join(folder, 'slurm-array.sh')], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
  })
})
