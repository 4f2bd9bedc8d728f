/* A PKCS#11 module that passes everything on to another one, and fails as PKCS11_FAULT says, in a word or two:
 *
 *   hang FUNCTION      never answers          crash FUNCTION   ends the process
 *   chatter            writes on stdout and stderr at every step
 *   CKR FUNCTION N     answers the error N (decimal)
 *   without N          does not offer the mechanism N (decimal); several are separated by commas
 *   again              every key wants its PIN anew for each signature (CKA_ALWAYS_AUTHENTICATE)
 *   wrong              spoils the last byte of every signature
 *
 * PKCS11_REAL names the module behind it; PKCS11_TRACE a file that the name of each session function is appended to. */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CK_PTR *
#define CK_DEFINE_FUNCTION(returnType, name) returnType name
#define CK_DECLARE_FUNCTION(returnType, name) returnType name
#define CK_DECLARE_FUNCTION_POINTER(returnType, name) returnType(*name)
#define CK_CALLBACK_FUNCTION(returnType, name) returnType(*name)
#ifndef NULL_PTR
#define NULL_PTR 0
#endif
#include <pkcs11/pkcs11.h>

static CK_FUNCTION_LIST_PTR real;
static CK_FUNCTION_LIST mine;

static const char *fault(void) {
  const char *text = getenv("PKCS11_FAULT");
  return text == NULL ? "" : text;
}

/* Whether the fault is this word, for this function. */
static int strikes(const char *word, const char *function) {
  char wanted[128];
  snprintf(wanted, sizeof wanted, "%s %s", word, function);
  const size_t length = strlen(wanted);
  return strncmp(fault(), wanted, length) == 0 && (fault()[length] == 0 || fault()[length] == ' ');
}

static CK_RV begin(const char *function) {
  const char *trace = getenv("PKCS11_TRACE");
  if (trace != NULL) {
    FILE *file = fopen(trace, "a");
    if (file != NULL) {
      fprintf(file, "%s\n", function);
      fclose(file);
    }
  }
  if (strcmp(fault(), "chatter") == 0) {
    printf("{\"module\":\"%s\"}\n", function);
    fprintf(stderr, "module: %s\n", function);
    fflush(stdout);
  }
  if (strikes("hang", function)) for (;;) pause();
  if (strikes("crash", function)) abort();
  if (strikes("CKR", function)) return (CK_RV)strtoul(strrchr(fault(), ' ') + 1, NULL, 10);
  return CKR_OK;
}

#define BEGIN(function)                 \
  const CK_RV failure = begin(function); \
  if (failure != CKR_OK) return failure

static CK_RV initialize(CK_VOID_PTR arguments) {
  BEGIN("C_Initialize");
  return real->C_Initialize(arguments);
}

static CK_RV finalize(CK_VOID_PTR reserved) {
  BEGIN("C_Finalize");
  return real->C_Finalize(reserved);
}

static CK_RV openSession(CK_SLOT_ID slot, CK_FLAGS flags, CK_VOID_PTR application, CK_NOTIFY notify, CK_SESSION_HANDLE_PTR session) {
  BEGIN("C_OpenSession");
  return real->C_OpenSession(slot, flags, application, notify, session);
}

static CK_RV login(CK_SESSION_HANDLE session, CK_USER_TYPE user, CK_UTF8CHAR_PTR pin, CK_ULONG length) {
  BEGIN(user == CKU_CONTEXT_SPECIFIC ? "C_Login context" : "C_Login");
  /* SoftHSM knows keys that ask each time only if they were made so; whoever comes with the PIN has shown it. */
  if (user == CKU_CONTEXT_SPECIFIC && strcmp(fault(), "again") == 0) return length > 0 ? CKR_OK : CKR_PIN_INCORRECT;
  return real->C_Login(session, user, pin, length);
}

static CK_RV logout(CK_SESSION_HANDLE session) {
  BEGIN("C_Logout");
  return real->C_Logout(session);
}

static CK_RV findObjectsInit(CK_SESSION_HANDLE session, CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
  BEGIN("C_FindObjectsInit");
  return real->C_FindObjectsInit(session, attributes, count);
}

static CK_RV getAttributeValue(CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object, CK_ATTRIBUTE_PTR attributes, CK_ULONG count) {
  BEGIN("C_GetAttributeValue");
  const CK_RV result = real->C_GetAttributeValue(session, object, attributes, count);
  if (result == CKR_OK && strcmp(fault(), "again") == 0)
    for (CK_ULONG i = 0; i < count; i += 1)
      if (attributes[i].type == CKA_ALWAYS_AUTHENTICATE && attributes[i].pValue != NULL) *(CK_BBOOL *)attributes[i].pValue = CK_TRUE;
  return result;
}

static int isWithout(CK_MECHANISM_TYPE type) {
  if (strncmp(fault(), "without ", 8) != 0) return 0;
  for (const char *at = fault() + 7; at != NULL; at = strchr(at + 1, ','))
    if (strtoul(at + 1, NULL, 10) == type) return 1;
  return 0;
}

static CK_RV getMechanismList(CK_SLOT_ID slot, CK_MECHANISM_TYPE_PTR list, CK_ULONG_PTR count) {
  BEGIN("C_GetMechanismList");
  const CK_RV result = real->C_GetMechanismList(slot, list, count);
  if (result != CKR_OK || list == NULL) return result;
  CK_ULONG kept = 0;
  for (CK_ULONG i = 0; i < *count; i += 1)
    if (!isWithout(list[i])) list[kept++] = list[i];
  *count = kept;
  return CKR_OK;
}

static CK_RV signInit(CK_SESSION_HANDLE session, CK_MECHANISM_PTR mechanism, CK_OBJECT_HANDLE key) {
  BEGIN("C_SignInit");
  if (isWithout(mechanism->mechanism)) return CKR_MECHANISM_INVALID;
  return real->C_SignInit(session, mechanism, key);
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG size, CK_BYTE_PTR signature, CK_ULONG_PTR length) {
  BEGIN("C_Sign");
  const CK_RV result = real->C_Sign(session, data, size, signature, length);
  if (result == CKR_OK && signature != NULL && strcmp(fault(), "wrong") == 0) signature[*length - 1] ^= 1;
  return result;
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR list) {
  const char *path = getenv("PKCS11_REAL");
  void *library = path == NULL ? NULL : dlopen(path, RTLD_NOW);
  CK_C_GetFunctionList get = library == NULL ? NULL : (CK_C_GetFunctionList)dlsym(library, "C_GetFunctionList");
  if (get == NULL || get(&real) != CKR_OK) return CKR_GENERAL_ERROR;
  mine = *real;
  mine.C_Initialize = initialize;
  mine.C_Finalize = finalize;
  mine.C_OpenSession = openSession;
  mine.C_Login = login;
  mine.C_Logout = logout;
  mine.C_FindObjectsInit = findObjectsInit;
  mine.C_GetAttributeValue = getAttributeValue;
  mine.C_GetMechanismList = getMechanismList;
  mine.C_SignInit = signInit;
  mine.C_Sign = sign;
  mine.C_GetFunctionList = C_GetFunctionList;
  *list = &mine;
  return CKR_OK;
}
