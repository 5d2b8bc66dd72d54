import type { Algorithm } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Button, Collapse, Grid, Group, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react'
import { useId } from 'react'
import { Copyable } from '../../../ui/copyable'
import { Facts } from '../../../ui/facts'
import { RelativeTime } from '../../../ui/relative-time'
import { Tag } from '../../../ui/tag'
import { CommandText, InputsTable, ParametersTable } from '../algorithm-interface'
import { AlgorithmStateTag } from '../algorithm-state-tag'
import { datasetsText } from '../dataset-words'
import { environmentId } from '../environments/environment-words'
import { ImageFacts } from '../image-facts'
import classes from './review-card.module.css'
import { type Decision, decisionsOn, decisionWords } from './review-words'

interface ReviewCardProps {
  readonly algorithm: Algorithm
  readonly mayReview: boolean
  /** Whether the reader registered it, and so does not decide. */
  readonly isOwn: boolean
  readonly onDecide: (decision: Decision) => void
}

/** Everything that matters for the decision on one version. */
export function ReviewCard({ algorithm, mayReview, isOwn, onDecide }: ReviewCardProps) {
  const heading = useId()
  const explanation = useId()
  const [shown, { toggle }] = useDisclosure(false)
  const { spec, state } = algorithm
  const decisions = mayReview ? decisionsOn(state) : []
  const readsAny = spec?.datasets.includes('*') ?? false

  return (
    <article className={classes.card} aria-labelledby={heading} data-testid="to-review">
      <header className={classes.header}>
        <div className={classes.title}>
          <h2 id={heading} className={classes.name}>
            {spec?.displayName || algorithm.reference}
          </h2>
          <Group gap={8} wrap="wrap">
            <Text span size="sm" c="dimmed">
              <Copyable value={algorithm.reference} what="the reference" />
            </Text>
            <AlgorithmStateTag state={state} />
            {spec?.forEveryOrganization && <Tag color="grape">For every organisation</Tag>}
          </Group>
        </div>
        {decisions.length > 0 && (
          <Group gap="xs">
            {decisions.map((decision) => (
              <Button
                key={decision}
                size="compact-md"
                disabled={isOwn}
                aria-describedby={isOwn ? explanation : undefined}
                {...(decision === 'ALGORITHM_STATE_APPROVED'
                  ? {}
                  : isOwn
                    ? { variant: 'default' }
                    : { variant: 'default', c: 'var(--mantine-color-error)' })}
                onClick={() => onDecide(decision)}
              >
                {decisionWords[decision].ask}
              </Button>
            ))}
          </Group>
        )}
      </header>
      {isOwn && decisions.length > 0 && (
        <Text id={explanation} size="sm" className={classes.own ?? ''}>
          You registered this version: somebody else of the operator has to decide.
        </Text>
      )}
      <div className={classes.body}>
        <Grid gap="md">
          <Grid.Col span={{ base: 12, md: 6 }}>
            {spec !== undefined && <ImageFacts image={spec.image} />}
          </Grid.Col>
          <Grid.Col span={{ base: 12, md: 6 }}>
            <Facts
              entries={[
                ['Organisation', algorithm.organizationDisplayName],
                [
                  'Registered',
                  <span key="registered">
                    {algorithm.registrantDisplayName}, <RelativeTime time={algorithm.createTime} />
                  </span>,
                ],
                [
                  'Environment',
                  <span key="environment" className="mono">
                    {environmentId(spec?.environment ?? '')}
                  </span>,
                ],
              ]}
            />
          </Grid.Col>
        </Grid>
        <Stack gap={6} mt="sm">
          <h3 className={classes.label}>Command</h3>
          {spec !== undefined && <CommandText spec={spec} />}
          <h3 className={classes.label}>Datasets that it may be given</h3>
          <Text size="sm" {...(readsAny ? { fw: 600 } : {})} style={{ overflowWrap: 'anywhere' }}>
            {datasetsText(spec?.datasets ?? [])}
          </Text>
          {algorithm.reviewComment !== '' && (
            <>
              <h3 className={classes.label}>
                {algorithm.reviewerDisplayName || 'The operator'} wrote,{' '}
                <RelativeTime time={algorithm.reviewTime} />
              </h3>
              <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
                “{algorithm.reviewComment}”
              </Text>
            </>
          )}
        </Stack>
        <Button
          variant="subtle"
          size="compact-sm"
          mt="sm"
          ml={-8}
          aria-expanded={shown}
          aria-describedby={heading}
          leftSection={
            shown ? <IconChevronDown size={15} aria-hidden /> : <IconChevronRight size={15} aria-hidden />
          }
          onClick={toggle}
        >
          Description, {count(spec?.inputs.length ?? 0, 'input')},{' '}
          {count(spec?.parameters.length ?? 0, 'parameter')}
        </Button>
      </div>
      <Collapse expanded={shown}>
        {spec !== undefined && (
          <div className={classes.more}>
            <Text size="sm" p="md" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
              {spec.description || 'It has no description.'}
            </Text>
            <InputsTable inputs={spec.inputs} />
            <ParametersTable parameters={spec.parameters} />
          </div>
        )}
      </Collapse>
    </article>
  )
}

function count(number: number, what: string): string {
  return `${number} ${number === 1 ? what : `${what}s`}`
}
