import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { Panel } from '../../ui/panel'
import { jobNameFrom, organizationOf } from '../jobs/job-address'
import { lastSegment } from '../jobs/job-name'
import type { Intervention } from './intervention-dialog'
import { operationsKeys, useOperations } from './operations-queries'

interface JobByNameProps {
  /** Names of the jobs that were held from this page, latest first. */
  readonly held: readonly string[]
  readonly onReleased: (job: string) => void
  readonly onIntervene: (intervention: Intervention, job: string, description: string) => void
}

function describe(job: string): string {
  return `Job ${lastSegment(job).slice(-8)} of ${organizationOf(job)}`
}

/** Acts on a job that does not run now: one that waits, or is held. */
export function JobByName({ held, onReleased, onIntervene }: JobByNameProps) {
  const operations = useOperations()
  const queryClient = useQueryClient()
  const [text, setText] = useState('')
  const job = jobNameFrom(text)
  const release = useMutation({
    mutationFn: (name: string) => operations().ReleaseJob({ job: name }),
    onSuccess: (_, name) => {
      notifySuccess('Job released', describe(name))
      onReleased(name)
    },
    onError: (error) => notifyFailure('The job was not released', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: operationsKeys.all }),
  })
  const isReleasing = (name: string) => release.isPending && release.variables === name
  return (
    <Panel title="Act on a job">
      <Stack gap="sm">
        <TextInput
          label="Job"
          description="Its name, or the address of its page"
          placeholder="organizations/…/jobs/…"
          classNames={{ input: 'mono' }}
          value={text}
          error={text.trim() !== '' && job === undefined && 'This names no job.'}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            disabled={job === undefined}
            onClick={() => job !== undefined && onIntervene('hold', job, describe(job))}
          >
            Hold…
          </Button>
          <Button
            variant="default"
            size="xs"
            disabled={job === undefined}
            loading={job !== undefined && isReleasing(job)}
            onClick={() => job !== undefined && release.mutate(job)}
          >
            Release
          </Button>
          <Button
            variant="default"
            size="xs"
            {...(job === undefined ? {} : { c: 'var(--mantine-color-error)' })}
            disabled={job === undefined}
            onClick={() => job !== undefined && onIntervene('abort', job, describe(job))}
          >
            Abort…
          </Button>
        </Group>
        {held.length > 0 && (
          <section aria-label="Held from here">
            <Text size="sm" fw={600} mt="xs" mb={4}>
              Held from here
            </Text>
            <Stack gap={6}>
              {held.map((name) => (
                <Group key={name} justify="space-between" wrap="nowrap" gap="xs">
                  <Text size="sm" truncate title={name}>
                    {describe(name)}
                  </Text>
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Release ${describe(name)}`}
                    loading={isReleasing(name)}
                    onClick={() => release.mutate(name)}
                  >
                    Release
                  </Button>
                </Group>
              ))}
            </Stack>
          </section>
        )}
      </Stack>
    </Panel>
  )
}
