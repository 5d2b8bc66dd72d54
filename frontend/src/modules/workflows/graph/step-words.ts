import type { FanOut } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'

/** What "inputs.image" and "steps.cut" stand for. */
export function sourceText(from: string): string {
  const [kind, name = from] = from.split('.', 2)
  return kind === 'inputs' ? `the run’s input ${name}` : `all files of ${name}`
}

export function fanOutSentence({ over, maxContainers }: FanOut): string {
  const most = maxContainers === 0 ? 100 : maxContainers
  switch (over?.$case) {
    case 'count':
      return over.value === 1 ? 'one' : `${over.value.toLocaleString('en')}, side by side`
    case 'input':
      return `one for each file of ${over.value}, ${most.toLocaleString('en')} at most`
    default:
      return 'one'
  }
}
