import type {
  Announcement,
  AnnouncementState,
} from '@fairlead/proto/web/fairlead/notifications/v1/announcements'
import { Button, Table, Text, VisuallyHidden } from '@mantine/core'
import { useState } from 'react'
import { ConfirmDialog } from '../../ui/confirm-dialog'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { RelativeTime } from '../../ui/relative-time'
import { Tag } from '../../ui/tag'
import { useCancelAnnouncement, useEveryOrganization } from './announcement-queries'
import classes from './announcements.module.css'
import { formatLocal, localZone } from './local-time'
import { people } from './people'
import { SeverityIcon } from './severity-icon'

const states: Partial<Record<AnnouncementState, { label: string; color: string }>> = {
  ANNOUNCEMENT_STATE_SCHEDULED: { label: 'Scheduled', color: 'yellow' },
  ANNOUNCEMENT_STATE_PUBLISHED: { label: 'Published', color: 'teal' },
  ANNOUNCEMENT_STATE_CANCELLED: { label: 'Cancelled', color: 'gray' },
}

export function AnnouncementsTable({ announcements }: { announcements: readonly Announcement[] }) {
  const organizations = useEveryOrganization().data
  const cancel = useCancelAnnouncement()
  const [cancelling, setCancelling] = useState<Announcement>()
  const audience = ({ organizations: chosen }: Announcement) =>
    chosen.length === 0
      ? 'Everyone'
      : chosen
          .map(
            (name) =>
              organizations?.find((one) => one.name === name)?.displayName ??
              name.replace('organizations/', ''),
          )
          .join(', ')
  return (
    <>
      <Table fz="sm" aria-label="Announcements" className={classes.table ?? ''}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Announcement</Table.Th>
            <Table.Th>State</Table.Th>
            <Table.Th visibleFrom="md">For</Table.Th>
            <Table.Th visibleFrom="sm">Time</Table.Th>
            <Table.Th visibleFrom="sm" ta="right">
              Recipients
            </Table.Th>
            <Table.Th visibleFrom="sm" ta="right">
              Read
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {announcements.map((announcement) => {
            const { name, title, body, severity, state, publishTime, recipientCount, readCount } =
              announcement
            const { label, color } = states[state] ?? { label: 'Unknown', color: 'gray' }
            const scheduled = state === 'ANNOUNCEMENT_STATE_SCHEDULED'
            const published = state === 'ANNOUNCEMENT_STATE_PUBLISHED'
            const when =
              scheduled && publishTime !== undefined ? (
                <>
                  {formatLocal(publishTime)}
                  <Text size="xs" c="dimmed">
                    {localZone()}
                  </Text>
                </>
              ) : published ? (
                <RelativeTime time={publishTime ?? announcement.createTime} />
              ) : (
                <>
                  written <RelativeTime time={announcement.createTime} />
                </>
              )
            return (
              <Table.Tr key={name}>
                <Table.Td className={classes.said}>
                  <div className={classes.announcement}>
                    <SeverityIcon severity={severity} size={18} />
                    <div>
                      <p className={classes.title}>{title}</p>
                      {body !== '' && <p className={classes.body}>{body}</p>}
                      <Text size="xs" c="dimmed" mt={3}>
                        by {announcement.authorDisplayName || 'an unknown operator'}
                        <Text span inherit hiddenFrom="md">
                          {' '}
                          · {audience(announcement)}
                        </Text>
                      </Text>
                      <Text size="xs" c="dimmed" mt={3} hiddenFrom="sm" component="div">
                        {when}
                        {published &&
                          ` · ${people(recipientCount)}, ${readCount.toLocaleString('en')} read it`}
                      </Text>
                    </div>
                  </div>
                </Table.Td>
                <Table.Td>
                  <Tag color={color}>{label}</Tag>
                  {scheduled && (
                    <Button
                      mt={6}
                      size="compact-xs"
                      variant="default"
                      display="block"
                      onClick={() => setCancelling(announcement)}
                    >
                      Cancel
                      <VisuallyHidden> “{title}”</VisuallyHidden>
                    </Button>
                  )}
                </Table.Td>
                <Table.Td visibleFrom="md" className={classes.audience}>
                  <Text size="sm" lineClamp={2} title={audience(announcement)}>
                    {audience(announcement)}
                  </Text>
                </Table.Td>
                <Table.Td visibleFrom="sm" className={classes.tight}>
                  {when}
                </Table.Td>
                <Table.Td visibleFrom="sm" ta="right">
                  {published ? recipientCount.toLocaleString('en') : '–'}
                </Table.Td>
                <Table.Td visibleFrom="sm" ta="right" className={classes.tight}>
                  {published ? (
                    <>
                      {readCount.toLocaleString('en')}{' '}
                      {recipientCount > 0 && (
                        <Text span inherit c="dimmed">
                          ({Math.round((100 * readCount) / recipientCount)} %)
                        </Text>
                      )}
                    </>
                  ) : (
                    '–'
                  )}
                </Table.Td>
              </Table.Tr>
            )
          })}
        </Table.Tbody>
      </Table>
      <ConfirmDialog
        opened={cancelling !== undefined}
        title="Cancel this announcement?"
        text={
          <>
            <strong>{cancelling?.title}</strong> is not announced then. It stays in this list as cancelled.
          </>
        }
        confirm="Cancel the announcement"
        pending={cancel.isPending}
        onConfirm={() => {
          if (cancelling === undefined) return
          cancel.mutate(cancelling.name, {
            onSuccess: () => notifySuccess('Announcement cancelled', cancelling.title),
            onError: (error) => notifyFailure('The announcement was not cancelled', error),
            onSettled: () => setCancelling(undefined),
          })
        }}
        onClose={() => setCancelling(undefined)}
      />
    </>
  )
}
