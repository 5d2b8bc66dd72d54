import type { CreditClass } from '@fairlead/proto/web/fairlead/credits/v1/credits'
import { ActionIcon, Button, Menu, Table, Text, VisuallyHidden } from '@mantine/core'
import { IconCertificate, IconDots, IconPlus } from '@tabler/icons-react'
import { useState } from 'react'
import { EmptyState } from '../../../ui/empty-state'
import { ErrorState } from '../../../ui/error-state'
import { ListSkeleton } from '../../../ui/list-skeleton'
import { notifySuccess } from '../../../ui/notify'
import { Panel } from '../../../ui/panel'
import { ClassValidity } from '../class-validity'
import { classCode, useCreditClasses } from '../use-credit-classes'
import { ClassDialog } from './class-dialog'
import classes from './desk.module.css'
import { useUpdateClass } from './price-queries'
import { ReasonDialog } from './reason-dialog'

/** The classes of credits: made, renamed, closed and opened again. */
export function ClassesPanel({ mayConfigure }: { mayConfigure: boolean }) {
  const reading = useCreditClasses()
  const [editing, setEditing] = useState<{ creditClass: CreditClass | undefined; opened: boolean }>()
  const [closing, setClosing] = useState<{ creditClass: CreditClass; opened: boolean }>()
  const shown = reading.data
  return (
    <Panel
      title="Classes of credits"
      flush
      actions={
        mayConfigure && (
          <Button
            size="compact-sm"
            variant="default"
            leftSection={<IconPlus size={14} aria-hidden />}
            onClick={() => setEditing({ creditClass: undefined, opened: true })}
          >
            New class
          </Button>
        )
      }
    >
      {shown === undefined ? (
        reading.isError ? (
          <ErrorState error={reading.error} onRetry={() => reading.refetch()} />
        ) : (
          <ListSkeleton rows={3} />
        )
      ) : shown.length === 0 ? (
        <EmptyState
          compact
          icon={IconCertificate}
          title="No classes yet"
          text="Credits are of a class, which says what one credit is of and how long it is good."
        />
      ) : (
        <Table fz="sm" aria-label="Classes of credits">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Class</Table.Th>
              <Table.Th visibleFrom="sm">Code</Table.Th>
              <Table.Th visibleFrom="sm">Unit</Table.Th>
              <Table.Th ta="right" visibleFrom="sm">
                Decimals
              </Table.Th>
              <Table.Th>Validity</Table.Th>
              {mayConfigure && (
                <Table.Th w={52}>
                  <VisuallyHidden>Actions</VisuallyHidden>
                </Table.Th>
              )}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {shown.map((one) => {
              const closed = one.state === 'CREDIT_CLASS_STATE_CLOSED'
              return (
                <Table.Tr key={one.name}>
                  <Table.Td className={classes.name}>
                    <Text size="sm" fw={570} truncate title={one.displayName}>
                      {one.displayName}
                    </Text>
                    {one.description !== '' && (
                      <Text size="xs" c="dimmed" lineClamp={2} title={one.description}>
                        {one.description}
                      </Text>
                    )}
                    <Text size="xs" c="dimmed" hiddenFrom="sm" truncate>
                      {classCode(one.name)} · {one.unit} · {one.decimals} decimals
                    </Text>
                  </Table.Td>
                  <Table.Td visibleFrom="sm" className={`mono ${classes.tight}`}>
                    {classCode(one.name)}
                  </Table.Td>
                  <Table.Td visibleFrom="sm" className={classes.tight}>
                    {one.unit}
                  </Table.Td>
                  <Table.Td ta="right" visibleFrom="sm">
                    {one.decimals}
                  </Table.Td>
                  <Table.Td className={classes.tight}>
                    <ClassValidity creditClass={one} />
                  </Table.Td>
                  {mayConfigure && (
                    <Table.Td>
                      <Menu position="bottom-end">
                        <Menu.Target>
                          <ActionIcon aria-label={`Actions on ${one.displayName}`}>
                            <IconDots size={17} aria-hidden />
                          </ActionIcon>
                        </Menu.Target>
                        <Menu.Dropdown>
                          <Menu.Item onClick={() => setEditing({ creditClass: one, opened: true })}>
                            Change name and description
                          </Menu.Item>
                          <Menu.Item
                            {...(closed ? {} : { color: 'red' })}
                            onClick={() => setClosing({ creditClass: one, opened: true })}
                          >
                            {closed ? 'Open the class again' : 'Close the class'}
                          </Menu.Item>
                        </Menu.Dropdown>
                      </Menu>
                    </Table.Td>
                  )}
                </Table.Tr>
              )
            })}
          </Table.Tbody>
        </Table>
      )}
      {editing !== undefined && (
        <ClassDialog
          key={editing.creditClass?.name ?? ''}
          creditClass={editing.creditClass}
          opened={editing.opened}
          onClose={() => setEditing({ ...editing, opened: false })}
        />
      )}
      {closing !== undefined && (
        <StateDialog
          key={closing.creditClass.name}
          creditClass={closing.creditClass}
          opened={closing.opened}
          onClose={() => setClosing({ ...closing, opened: false })}
        />
      )}
    </Panel>
  )
}

interface StateDialogProps {
  readonly creditClass: CreditClass
  readonly opened: boolean
  readonly onClose: () => void
}

/** Asks before a class is closed, or opened again. */
function StateDialog({ creditClass, opened, onClose }: StateDialogProps) {
  const update = useUpdateClass(creditClass)
  // As it was when the dialog was opened: the words must not turn round while it closes.
  const [closed] = useState(creditClass.state === 'CREDIT_CLASS_STATE_CLOSED')
  return (
    <ReasonDialog
      opened={opened}
      title={closed ? 'Open this class again?' : 'Close this class?'}
      text={
        <>
          <strong>{creditClass.displayName}</strong>:{' '}
          {closed
            ? 'its credits are issued, held and transferred again.'
            : 'nothing new is issued, held or transferred in it. What is held is still captured or released, and balances stay.'}
        </>
      }
      confirm={closed ? 'Open the class' : 'Close the class'}
      {...(closed ? {} : { color: 'red.8' })}
      pending={update.isPending}
      error={update.error}
      onConfirm={() =>
        update.mutate(
          { state: closed ? 'CREDIT_CLASS_STATE_ACTIVE' : 'CREDIT_CLASS_STATE_CLOSED' },
          {
            onSuccess: () => {
              notifySuccess(closed ? 'Class opened' : 'Class closed', creditClass.displayName)
              onClose()
            },
          },
        )
      }
      onClose={() => {
        update.reset()
        onClose()
      }}
    />
  )
}
