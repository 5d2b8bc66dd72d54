import type { AlgorithmState } from '@fairlead/proto/web/fairlead/workflows/v1/algorithms'
import { Button, Group, MultiSelect, TextInput } from '@mantine/core'
import { IconBox, IconLock, IconPlus, IconSearch } from '@tabler/icons-react'
import { Link, useSearchParams } from 'react-router'
import { type CurrentOrganization, useOrganization } from '../../../app/organization'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { PageHeader } from '../../../ui/page-header'
import { Panel } from '../../../ui/panel'
import { StaleNotice } from '../../operations/stale-notice'
import { useAlgorithms } from '../algorithm-queries'
import { algorithmStates, algorithmStateWords } from '../algorithm-state'
import { byAlgorithm, matches } from '../algorithm-version'
import { WorkflowTabs } from '../workflow-tabs'
import { AlgorithmsTable } from './algorithms-table'

export default function AlgorithmsPage() {
  const organization = useOrganization()
  const path = `${organization.path}/algorithms`
  return (
    <>
      <WorkflowTabs path={organization.path} />
      <PageHeader
        title="Algorithms"
        subtitle="Container images that run next to the data, each version approved by the operator first."
        actions={
          organization.may('workflows.write') && (
            <Button component={Link} to={`${path}/new`} leftSection={<IconPlus size={16} aria-hidden />}>
              Register an algorithm
            </Button>
          )
        }
      />
      {organization.may('workflows.read') ? (
        <Algorithms organization={organization} />
      ) : (
        <Panel>
          <EmptyState icon={IconLock} title="You may not see this organisation’s algorithms" />
        </Panel>
      )}
    </>
  )
}

function Algorithms({ organization }: { organization: CurrentOrganization }) {
  const [parameters, setParameters] = useSearchParams()
  const search = parameters.get('query') ?? ''
  const states = algorithmStates.filter((state) => parameters.getAll('state').includes(shortState(state)))
  const algorithms = useAlgorithms(organization.slug, states)
  const versions = algorithms.data?.pages.flatMap((page) => page.algorithms)
  const rows = versions && byAlgorithm(versions).filter((row) => matches(row, search))
  const narrowed = search !== '' || states.length > 0

  const narrow = (change: (query: URLSearchParams) => void) =>
    setParameters(
      (before) => {
        const next = new URLSearchParams(before)
        change(next)
        return next
      },
      { replace: true, preventScrollReset: true },
    )

  return (
    <>
      <Group gap="sm" mb="md" align="flex-end" role="search" aria-label="Find algorithms">
        <TextInput
          label="Name"
          placeholder="Part of a name or description"
          leftSection={<IconSearch size={15} aria-hidden />}
          value={search}
          maxLength={200}
          onChange={({ currentTarget: { value } }) =>
            narrow((query) => (value === '' ? query.delete('query') : query.set('query', value)))
          }
          flex="1 1 220px"
          maw={{ sm: 340 }}
        />
        <MultiSelect
          label="State"
          size="sm"
          data={algorithmStates.map((state) => ({ value: state, label: algorithmStateWords(state).label }))}
          value={[...states]}
          placeholder={states.length === 0 ? 'Any' : ''}
          clearable
          flex="1 1 220px"
          maw={{ sm: 420 }}
          onChange={(chosen) =>
            narrow((query) => {
              query.delete('state')
              for (const state of chosen) query.append('state', shortState(state as AlgorithmState))
            })
          }
        />
      </Group>
      <Panel flush>
        {rows === undefined ? (
          algorithms.isError ? (
            <ErrorState error={algorithms.error} onRetry={() => algorithms.refetch()} />
          ) : (
            <ListSkeleton rows={5} height={32} />
          )
        ) : rows.length === 0 ? (
          <EmptyState
            icon={IconBox}
            title={narrowed ? 'No algorithm fits' : 'No algorithms yet'}
            text={
              narrowed
                ? 'Try another word, or any state.'
                : 'Register a container image by its digest; once the operator has approved it, it runs on your data, alone or as a step of a workflow.'
            }
            {...(!narrowed && organization.may('workflows.write')
              ? {
                  action: (
                    <Button component={Link} to={`${organization.path}/algorithms/new`} variant="default">
                      Register an algorithm
                    </Button>
                  ),
                }
              : {})}
          />
        ) : (
          <AlgorithmsTable rows={rows} organization={organization} />
        )}
        {rows !== undefined && <StaleNotice error={algorithms.error} />}
      </Panel>
      {algorithms.hasNextPage && (
        <Group justify="center" mt="md">
          <Button
            variant="default"
            loading={algorithms.isFetchingNextPage}
            onClick={() => algorithms.fetchNextPage()}
          >
            More algorithms
          </Button>
        </Group>
      )}
    </>
  )
}

/** As an address has it: "pending". */
function shortState(state: AlgorithmState): string {
  return state.replace('ALGORITHM_STATE_', '').toLowerCase()
}
