import type { WorkflowStep } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Anchor, Box, Text } from '@mantine/core'
import { Link } from 'react-router'
import { Facts } from '../../../ui/facts'
import { durationMs, formatDuration } from '../../../ui/format-duration'
import { algorithmLink } from '../algorithm-link'
import { environmentId } from '../graph/spec-graph'
import { fanOutSentence, sourceText } from '../graph/step-words'

/** What a step of a workflow's version is given. */
export function SpecStep({ step, path }: { step: WorkflowStep; path: string }) {
  const entries: [string, React.ReactNode][] = [
    [
      'Algorithm',
      <Anchor component={Link} to={algorithmLink(path, step.algorithm)} inherit key="algorithm">
        {step.algorithm}
      </Anchor>,
    ],
    ['Environment', step.environment === '' ? 'the algorithm’s' : environmentId(step.environment)],
  ]
  if (step.fanOut !== undefined) entries.push(['Containers', fanOutSentence(step.fanOut)])
  for (const { name, from } of step.inputs) entries.push([`Input ${name}`, sourceText(from)])
  for (const { name, value } of step.parameters) {
    entries.push([
      name,
      <code className="mono" key={name}>
        {value}
      </code>,
    ])
  }
  if (step.after.length > 0) entries.push(['After', step.after.join(', ')])
  if (step.maxDuration !== undefined) {
    entries.push(['Time limit', formatDuration(durationMs(step.maxDuration))])
  }
  entries.push([
    'Files',
    step.publish ? 'are results of the run' : 'are results when no other step reads them',
  ])
  return (
    <Box p="md" style={{ borderTop: '1px solid var(--fairlead-line)' }}>
      <Text fw={600} mb={6} component="h3">
        {step.name}
      </Text>
      <Facts entries={unique(entries)} />
    </Box>
  )
}

/** An input may be given by several: their names would stand there twice. */
function unique(entries: readonly [string, React.ReactNode][]): [string, React.ReactNode][] {
  const seen = new Map<string, number>()
  return entries.map(([name, value]) => {
    const times = (seen.get(name) ?? 0) + 1
    seen.set(name, times)
    return [times === 1 ? name : `${name} (${times})`, value]
  })
}
