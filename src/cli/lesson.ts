import type { Command } from 'commander'

const examples = `Examples:
  cdnlab lesson                                 the list of lessons
  cdnlab lesson 3                               the question, then the answer with its figures
  cdnlab lesson 3 --question                    the question alone, to think about
  cdnlab lesson check 3 --answer mine.yaml      holds a student's figures against the right ones
`

export interface LessonOptions {
  question?: boolean
  answer?: string
  json?: boolean
}

/** Adds `cdnlab lesson`: the teaching scenarios, each with a question, its figures and the reason. */
export function registerLesson(program: Command): void {
  program
    .command('lesson')
    .description('lessons: a question, a prediction, and a world that answers it')
    .argument('[words...]', 'a number or a name; or check and a number; nothing lists them')
    .option('--question', 'only the question and what to predict')
    .option('--answer <file>', 'with check: YAML or JSON with a figure for each label, or - for standard input')
    .option('--json', 'the figures as JSON')
    .addHelpText('before', examples)
    .action(async (words: string[], options: LessonOptions) => {
      const { showLesson } = await import('./lesson-show.ts')
      await showLesson(words, options)
    })
}
