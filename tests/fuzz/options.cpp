// Debian's ANTLR archive is not instrumented: containers that it and we both fill would
// look overflown.
extern "C" const char* __asan_default_options() { return "detect_container_overflow=0"; }
