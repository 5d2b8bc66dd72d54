import type { Workflow } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { ActionIcon, Menu, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconDots, IconPencil, IconTrash } from '@tabler/icons-react'
import { Link } from 'react-router'
import type { CurrentOrganization } from '../../../app/organization'
import { RelativeTime } from '../../../ui/relative-time'
import { Tag } from '../../../ui/tag'
import { editAddress, workflowAddress, workflowId } from '../workflow-name'
import { RunWorkflowButton } from './run-workflow-button'
import classes from './workflows-table.module.css'

interface WorkflowsTableProps {
  /** Of each the latest version. */
  readonly workflows: readonly Workflow[]
  readonly organization: CurrentOrganization
  readonly onDelete: (id: string) => void
}

export function WorkflowsTable({ workflows, organization, onDelete }: WorkflowsTableProps) {
  const mayRun = organization.may('jobs.submit')
  const mayWrite = organization.may('workflows.write')
  return (
    <Table highlightOnHover aria-label="Workflows" className={classes.table ?? ''}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Workflow</Table.Th>
          <Table.Th visibleFrom="sm" ta="right">
            Version
          </Table.Th>
          <Table.Th visibleFrom="sm" ta="right">
            Steps
          </Table.Th>
          <Table.Th visibleFrom="lg">Author</Table.Th>
          <Table.Th visibleFrom="md">Changed</Table.Th>
          {(mayRun || mayWrite) && (
            <Table.Th>
              <VisuallyHidden>Actions</VisuallyHidden>
            </Table.Th>
          )}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {workflows.map((workflow) => {
          const id = workflowId(workflow.name)
          return (
            <Table.Tr key={workflow.name} className={classes.row ?? ''}>
              <Table.Td className={classes.title ?? ''}>
                <Link to={workflowAddress(organization.path, id)} className={classes.link ?? ''}>
                  <bdi>{workflow.spec?.displayName || id}</bdi>
                </Link>
                <Text size="xs" c="dimmed" truncate>
                  <span className="mono">{id}</span>
                  <Text span inherit hiddenFrom="sm">
                    {` · version ${workflow.version} · `}
                    <RelativeTime time={workflow.createTime} />
                  </Text>
                </Text>
                {workflow.problem !== '' && (
                  <div className={classes.problem}>
                    <Tag color="red">Cannot run</Tag>
                    <span>{workflow.problem}</span>
                  </div>
                )}
              </Table.Td>
              <Table.Td visibleFrom="sm" ta="right">
                {workflow.version}
              </Table.Td>
              <Table.Td visibleFrom="sm" ta="right">
                {workflow.spec?.steps.length ?? '–'}
              </Table.Td>
              <Table.Td visibleFrom="lg" className={classes.author ?? ''}>
                {workflow.authorDisplayName || '–'}
              </Table.Td>
              <Table.Td visibleFrom="md" c="dimmed">
                <RelativeTime time={workflow.createTime} />
              </Table.Td>
              {(mayRun || mayWrite) && (
                <Table.Td className={classes.actions ?? ''}>
                  <div>
                    {mayRun && (
                      <RunWorkflowButton
                        workflow={workflow}
                        path={organization.path}
                        size="xs"
                        variant="default"
                      />
                    )}
                    {mayWrite && (
                      <Menu position="bottom-end">
                        <Menu.Target>
                          <ActionIcon aria-label={`More for ${id}`}>
                            <IconDots size={17} aria-hidden />
                          </ActionIcon>
                        </Menu.Target>
                        <Menu.Dropdown>
                          <Menu.Item
                            component={Link}
                            to={editAddress(organization.path, id, workflow.version)}
                            leftSection={<IconPencil size={16} aria-hidden />}
                          >
                            Edit
                          </Menu.Item>
                          <Menu.Item
                            c="var(--mantine-color-error)"
                            leftSection={<IconTrash size={16} aria-hidden />}
                            onClick={() => onDelete(id)}
                          >
                            Delete
                          </Menu.Item>
                        </Menu.Dropdown>
                      </Menu>
                    )}
                  </div>
                </Table.Td>
              )}
            </Table.Tr>
          )
        })}
      </Table.Tbody>
    </Table>
  )
}
