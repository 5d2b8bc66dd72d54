/** Why a file was not registered, in a sentence that says what to do. */
export class RegistrationError extends Error {
  override readonly name = 'RegistrationError'
}
