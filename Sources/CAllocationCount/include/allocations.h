// Counts the allocations of a process, for benchmarks only: linking this target replaces malloc.
#pragma once
#include <stdint.h>

// Blocks asked for since the process began, by any thread; growing a block counts as asking.
uint64_t allocation_count(void);
