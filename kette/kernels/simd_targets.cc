// What Highway's library tells at run time, on x86, where the library is not linked: it measures the rate of
// the clock when it is loaded, which takes longer (4 ms) than all else that the program does before it works.
#include "kette/kernels/simd_targets.h"

#if HWY_ARCH_X86

#include <cpuid.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace kette::kernels {
namespace {

enum CpuidRegister : uint8_t { kEax, kEbx, kEcx, kEdx };

/// Bit `bit` of a register after CPUID with this leaf (and subleaf 0) says that the CPU has it.
struct CpuFeature {
  unsigned leaf;
  CpuidRegister at;
  unsigned bit;
};

// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 2A, CPUID; for the leaf 0x80000001
// AMD64 Architecture Programmer's Manual, volume 3, appendix E. What Highway lets the compiler use for the
// target:
constexpr CpuFeature kAvx2Features[] = {
    {1, kEcx, 0},           // SSE3
    {1, kEcx, 9},           // SSSE3
    {1, kEcx, 19},          // SSE4.1
    {1, kEcx, 20},          // SSE4.2
    {1, kEcx, 1},           // PCLMULQDQ
    {1, kEcx, 25},          // AES
    {1, kEcx, 28},          // AVX
    {1, kEcx, 12},          // FMA
    {1, kEcx, 29},          // F16C
    {7, kEbx, 5},           // AVX2
    {7, kEbx, 3},           // BMI1
    {7, kEbx, 8},           // BMI2
    {0x80000001, kEcx, 5},  // LZCNT
};
constexpr CpuFeature kAvx512Features[] = {
    {7, kEbx, 16},  // AVX512F
    {7, kEbx, 31},  // AVX512VL
    {7, kEbx, 17},  // AVX512DQ
    {7, kEbx, 30},  // AVX512BW
    {7, kEbx, 28},  // AVX512CD
};
constexpr CpuFeature kOsxsave = {1, kEcx, 27};

/// Registers that the operating system saves, as bits of XCR0.
constexpr uint32_t kSavesAvx = 0x06, kSavesAvx512 = 0xE6;

std::array<unsigned, 4> cpuid(unsigned leaf) {
  std::array<unsigned, 4> r{};
  __get_cpuid_count(leaf, 0, &r[kEax], &r[kEbx], &r[kEcx], &r[kEdx]);  // leaves 0 where there is no such leaf
  return r;
}

template <size_t n>
bool has_all(const CpuFeature (&features)[n]) {
  for (const CpuFeature& feature : features)
    if ((cpuid(feature.leaf)[feature.at] >> feature.bit & 1) == 0) return false;
  return true;
}

uint32_t saved_registers() {
  if ((cpuid(kOsxsave.leaf)[kOsxsave.at] >> kOsxsave.bit & 1) == 0) return 0;
  uint32_t low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

int64_t find_targets() {
  int64_t targets = HWY_EMU128 | HWY_SCALAR;
  const uint32_t saved = saved_registers();
  if ((saved & kSavesAvx) != kSavesAvx || !has_all(kAvx2Features)) return targets;
  targets |= HWY_AVX2;
  if ((saved & kSavesAvx512) == kSavesAvx512 && has_all(kAvx512Features)) targets |= HWY_AVX3;
  return targets;
}

std::atomic<int64_t> targets_for_test{0};

}  // namespace
}  // namespace kette::kernels

namespace hwy {

int64_t SupportedTargets() {
  static const int64_t found = kette::kernels::find_targets();
  const int64_t of_test = kette::kernels::targets_for_test.load();
  return of_test != 0 ? of_test : found;
}

void SetSupportedTargetsForTest(int64_t targets) { kette::kernels::targets_for_test.store(targets); }

ChosenTarget& GetChosenTarget() {
  static ChosenTarget chosen;
  return chosen;
}

/// Of its assertions, which builds with sanitizers have in every operation.
void Abort(const char* file, int line, const char* format, ...) {
  std::fprintf(stderr, "%s:%d: %s\n", file, line, format);
  std::abort();
}

}  // namespace hwy

#endif
