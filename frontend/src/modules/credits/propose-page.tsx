import { PageHeader } from '../../ui/page-header'

export default function ProposePage() {
  return <PageHeader title="Propose a transfer" />
}
