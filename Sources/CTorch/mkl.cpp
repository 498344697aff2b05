// libtorch multiplies float32 matrices by MKL, and MKL asks the function below whether the processor is Intel's: on others
// it keeps to 256-bit code, which takes an AMD processor with AVX-512 more than twice the time. The dynamic linker gives
// every library the program's own definition of a name before any other, so that this one answers.
#if defined(__linux__) && defined(__x86_64__)
extern "C" __attribute__((visibility("default"), used)) int mkl_serv_intel_cpu_true(void) {
    __builtin_cpu_init();
    return __builtin_cpu_is("intel") || __builtin_cpu_supports("avx512f");
}
#endif
