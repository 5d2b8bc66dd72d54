import type { Transfer } from '@fairlead/proto/web/fairlead/credits/v1/transfers'
import { Text } from '@mantine/core'
import { Tag } from '../../ui/tag'
import { partnerOf, turnOf } from './turn'

/** Whom the transfer waits for. */
export function TurnText({ transfer, organization }: { transfer: Transfer; organization: string }) {
  const turn = turnOf(transfer, organization)
  switch (turn) {
    case 'us':
      return <Tag color="orange">Your turn</Tag>
    case 'partner':
      return (
        <Text size="sm" truncate maw={200} title={partnerOf(transfer, organization).displayName}>
          {partnerOf(transfer, organization).displayName}
        </Text>
      )
    case 'operator':
      return <Text size="sm">The operator</Text>
    case 'date':
      return <Text size="sm">Recorded on {transfer.effectiveDate}</Text>
    case undefined:
      return (
        <Text size="sm" c="dimmed">
          –
        </Text>
      )
    default:
      return turn satisfies never
  }
}
