import { PageHeader } from '../../ui/page-header'

export default function CreditsPage() {
  return <PageHeader title="Credits" />
}
