import { Identity1763700001000 } from './1763700001000-identity.ts'
import { Datasets1763700002000 } from './1763700002000-datasets.ts'
import { Jobs1763700003000 } from './1763700003000-jobs.ts'
import { JobsOutboxOrder1763700003001 } from './1763700003001-jobs-outbox-order.ts'
import { JobsQueue1763700004000 } from './1763700004000-jobs-queue.ts'
import { JobsSharing1763700005000 } from './1763700005000-jobs-sharing.ts'
import { JobsSharesBeyond1763700005001 } from './1763700005001-jobs-shares-beyond.ts'
import { JobsListing1763700006000 } from './1763700006000-jobs-listing.ts'
import { JobsUnfinished1763700007000 } from './1763700007000-jobs-unfinished.ts'
import { OutboxDelivery1763700008000 } from './1763700008000-outbox-delivery.ts'
import { Notifications1763700009000 } from './1763700009000-notifications.ts'
import { NotificationsMail1763700010000 } from './1763700010000-notifications-mail.ts'
import { IdentityTokenExpiry1763700011000 } from './1763700011000-identity-token-expiry.ts'
import { NotificationsAnnouncements1763700011001 } from './1763700011001-notifications-announcements.ts'
import { SharedFigures1763700012000 } from './1763700012000-shared-figures.ts'
import { Traces1763700012001 } from './1763700012001-traces.ts'
import { IdentityIssuerMemberships1763700013000 } from './1763700013000-identity-issuer-memberships.ts'
import { CreditsLedger1763700014000 } from './1763700014000-credits-ledger.ts'
import { CreditsSealing1763700014001 } from './1763700014001-credits-sealing.ts'
import { CreditsPricesJobs1763700014100 } from './1763700014100-credits-prices-jobs.ts'
import { CreditsTransfers1763700014200 } from './1763700014200-credits-transfers.ts'
import { CreditsBookings1763700014300 } from './1763700014300-credits-bookings.ts'
import { CreditsReads1763700014400 } from './1763700014400-credits-reads.ts'
import { LocationsPersons1763700015000 } from './1763700015000-locations-persons.ts'
import { LocationsFixes1763700015100 } from './1763700015100-locations-fixes.ts'
import { LocationsQueue1763700015200 } from './1763700015200-locations-queue.ts'
import { LocationsImports1763700015300 } from './1763700015300-locations-imports.ts'
import { LocationsErasures1763700015400 } from './1763700015400-locations-erasures.ts'
import { Files1763700016000 } from './1763700016000-files.ts'
import { FilesCore1763700016100 } from './1763700016100-files-core.ts'
import { BookingEvidence1763700016110 } from './1763700016110-booking-evidence.ts'
import { DatasetsOfFiles1763700016120 } from './1763700016120-datasets-of-files.ts'
import { FilesScanning1763700016200 } from './1763700016200-files-scanning.ts'
import { OpenUploads1763700016300 } from './1763700016300-open-uploads.ts'
import { Workflows1763700017000 } from './1763700017000-workflows.ts'
import { ContainerSlots1763700017100 } from './1763700017100-container-slots.ts'
import { WorkflowsRunning1763700017200 } from './1763700017200-workflows-running.ts'
import { PaidUse1763700017300 } from './1763700017300-paid-use.ts'
import { LocationsExports1763700017400 } from './1763700017400-locations-exports.ts'

/** Every migration, in the order of their timestamps. One step a file; never changed once released. */
export const migrations = [
  Identity1763700001000,
  Datasets1763700002000,
  Jobs1763700003000,
  JobsOutboxOrder1763700003001,
  JobsQueue1763700004000,
  JobsSharing1763700005000,
  JobsSharesBeyond1763700005001,
  JobsListing1763700006000,
  JobsUnfinished1763700007000,
  OutboxDelivery1763700008000,
  Notifications1763700009000,
  NotificationsMail1763700010000,
  IdentityTokenExpiry1763700011000,
  NotificationsAnnouncements1763700011001,
  SharedFigures1763700012000,
  Traces1763700012001,
  IdentityIssuerMemberships1763700013000,
  CreditsLedger1763700014000,
  CreditsSealing1763700014001,
  CreditsPricesJobs1763700014100,
  CreditsTransfers1763700014200,
  CreditsBookings1763700014300,
  CreditsReads1763700014400,
  LocationsPersons1763700015000,
  LocationsFixes1763700015100,
  LocationsQueue1763700015200,
  LocationsImports1763700015300,
  LocationsErasures1763700015400,
  Files1763700016000,
  FilesCore1763700016100,
  BookingEvidence1763700016110,
  DatasetsOfFiles1763700016120,
  FilesScanning1763700016200,
  OpenUploads1763700016300,
  Workflows1763700017000,
  ContainerSlots1763700017100,
  WorkflowsRunning1763700017200,
  PaidUse1763700017300,
  LocationsExports1763700017400,
]
