import { ActionIcon, Avatar, Text } from '@mantine/core'
import { IconBuilding, IconX } from '@tabler/icons-react'
import { RelativeTime } from './relative-time'
import classes from './shared-with.module.css'

export interface ShownShare {
  /** Resource name of a user, or of an organisation. */
  readonly with: string
  readonly displayName: string
  readonly createTime: Date | undefined
}

interface SharedWithProps<Share extends ShownShare> {
  readonly shares: readonly Share[]
  /** What is said when there are none. */
  readonly empty: string
  /** Whose share is being ended. */
  readonly ending: string | undefined
  readonly onEnd: (share: Share) => void
}

/** With whom something is shared, and the way to end each share. */
export function SharedWith<Share extends ShownShare>({
  shares,
  empty,
  ending,
  onEnd,
}: SharedWithProps<Share>) {
  return (
    <section aria-label="Shared with">
      <Text size="sm" fw={600} mb={6}>
        Shared with
      </Text>
      {shares.length === 0 ? (
        <Text size="sm" c="dimmed">
          {empty}
        </Text>
      ) : (
        <ul className={classes.shares}>
          {shares.map((share) => {
            const name = share.displayName || 'Unnamed user'
            return (
              <li key={share.with}>
                {share.with.startsWith('organizations/') ? (
                  <Avatar size={28} radius="xl" color="gray" aria-hidden>
                    <IconBuilding size={16} />
                  </Avatar>
                ) : (
                  <Avatar size={28} radius="xl" name={name} color="gray" aria-hidden />
                )}
                <div className={classes.whom}>
                  <Text size="sm" fw={550} truncate title={name}>
                    {name}
                  </Text>
                  <Text size="xs" c="dimmed">
                    <RelativeTime time={share.createTime} />
                  </Text>
                </div>
                <ActionIcon
                  aria-label={`Stop sharing with ${name}`}
                  loading={ending === share.with}
                  onClick={() => onEnd(share)}
                >
                  <IconX size={16} aria-hidden />
                </ActionIcon>
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
