#pragma once
// Named places where the crash tests end the process as a power cut would: ATOM_KILL_AT=name (or name:3 for the third time it is reached).
// In builds without ATOM_KILL_POINTS this is nothing.

namespace atom {

#ifdef ATOM_KILL_POINTS
void kill_point(char const *name);
#else
inline void kill_point(char const *) {}
#endif

} // namespace atom
