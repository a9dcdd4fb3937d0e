/// Sequences that real programs run often. Written by tools/fusions.py; tools/fusions.md says from which.
let discovered: [[FusedPart]] = [
  ["xadd32_i", "xstore8_mem_x"],  // 1.88 %
  ["xadd32_i", "xstore8_mem_x", "xadd32", "br_if_xult32_w_x"],  // 1.88 %
  ["xadd32_i", "xadd32_i", "xload32le_mem_x", "br_if_xslt32_x"],  // 0.91 %
  ["xsub32_i", "xload32le_mem", "xsub32_i", "br_if_xslt32"],  // 0.90 %
  ["xload32le_mem", "xstore32le_mem_v"],  // 0.66 %
  ["xrotl32", "xbxor32_x"],  // 0.64 %
  ["xadd32_i", "xadd32_i", "br_if_xneq32_i_x"],  // 0.58 %
  ["fload64le_mem_x", "fmul64_y", "fload64le_mem", "fload64le_mem"],  // 0.58 %
  ["fload64le_mem_x", "xadd32_i", "fload64le_mem_x", "fmul64_y"],  // 0.58 %
  ["xload64le_o32", "xload64le_o32", "xmov"],  // 0.55 %
  ["xsub32_i", "fmul64", "fmul64_x"],  // 0.55 %
  ["xadd32", "xadd32_i", "xload8_u32_mem", "xadd32_i_x"],  // 0.55 %
  ["xload8_u32_mem_x", "xadd32_i", "xload8_u32_mem_x", "xadd32_i"],  // 0.51 %
  ["xzero", "xstore32le_mem_x"],  // 0.37 %
  ["xsub32_i", "fload64le_mem_x", "fsub64_y", "fmul64_x"],  // 0.37 %
  ["fload64le_mem", "fmul64", "fmul64_x", "fsub64_y"],  // 0.37 %
  ["xrotl32", "xbxor32_x", "xadd32_x"],  // 0.36 %
  ["xrotl32", "xrotl32", "xbxor32_x"],  // 0.36 %
  ["xadd32_i", "xsub32_i", "br_if_xslteq32_x"],  // 0.34 %
  ["wcontext", "xstore32le_o32_x"],  // 0.34 %
  ["xstore32le_mem", "xadd32_i", "xstore32le_mem_x"],  // 0.32 %
  ["xrotl32", "xbxor32_x", "xshr32_u_i", "xbxor32_x"],  // 0.27 %
  ["xconst", "xshl32_x"],  // 0.27 %
  ["xzero", "xload32le_mem_x"],  // 0.26 %
  ["xload32le_mem", "xload32le_mem"],  // 0.26 %
  ["xload32le_mem", "xstore32le_mem_v", "xload32le_mem", "xstore32le_mem_v"],  // 0.26 %
  ["xadd32", "xbxor32"],  // 0.25 %
  ["xmov_x", "xadd32_i", "br_if_xneq32_x"],  // 0.25 %
  ["xadd32", "xadd32_i_x", "xadd32_i"],  // 0.25 %
  ["xadd32", "xadd32_i_x", "xadd32_i", "xbxor32_x"],  // 0.25 %
  ["xadd32", "xbxor32", "xshr32_u_i", "xbxor32_x"],  // 0.25 %
  ["xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.23 %
  ["xadd32_i", "xsub32_i", "br_if32_x"],  // 0.22 %
  ["xconst", "xshl32_x", "xband32_i_x", "br_if32_x"],  // 0.22 %
  ["xzero", "xstore32le_mem_x", "br_if32"],  // 0.20 %
  ["xload32le_mem", "xadd32_i_x", "xstore32le_mem_v"],  // 0.19 %
  ["fadd64_y", "fadd64_y", "fsqrt64_x"],  // 0.18 %
  ["fadd64_y", "fadd64_y", "fsqrt64_x", "fmul64_y"],  // 0.18 %
  ["fdiv64_y", "fmul64_y", "fsub64_y"],  // 0.18 %
  ["fdiv64_y", "fmul64_y", "fsub64_y", "fstore64le_mem_v"],  // 0.18 %
  ["fload64le_mem", "fload64le_mem", "xsub32_i"],  // 0.18 %
  ["fstore64le_mem_v", "xsub32_i", "fmul64", "fmul64_x"],  // 0.18 %
  ["xadd32_i", "xload32le_mem_x", "xband32"],  // 0.18 %
  ["xadd32_x", "xadd32", "br_if_xeq32_i"],  // 0.18 %
  ["xadd32_x", "xbnot32", "xband32_x"],  // 0.18 %
  ["xbxor32", "xband32_x", "xband32", "xbxor32_x"],  // 0.18 %
  ["xadd32", "xload32le_mem_x", "xadd32_i"],  // 0.18 %
  ["xload32le_mem_x", "xstore32le_mem_v"],  // 0.16 %
  ["xadd64_i_x", "br_if_xult64_y"],  // 0.15 %
  ["xconst64", "xband64_x"],  // 0.15 %
  ["xconst64", "xbxor64_x"],  // 0.15 %
  ["xconst64", "xadd64_x"],  // 0.15 %
  ["xload8_u32_mem", "xshl32_i_x", "xadd32_i_x", "xload32le_mem_x"],  // 0.14 %
  ["xadd32_i", "xload32le_mem_x", "xadd32_i", "xload32le_mem_x"],  // 0.14 %
  ["xadd32_i", "xload32le_mem_x", "xrotl32_x"],  // 0.14 %
  ["xadd32_x", "xstore32le_mem_v", "xadd32_i", "br_if_xeq32_i_x"],  // 0.14 %
  ["xsub32_i", "xload64le_mem_x"],  // 0.13 %
  ["xload32le_mem", "xzero", "xstore32le_mem_x"],  // 0.13 %
  ["xsub32", "xsub32"],  // 0.13 %
  ["xload8_u32_mem_x", "xadd32_i", "xload8_u32_mem_x", "xadd32_x"],  // 0.13 %
  ["xconst64", "br_if_xult64_y"],  // 0.12 %
  ["xadd32_i", "xstore64le_mem_x"],  // 0.12 %
  ["xselect32_c", "wret_in_place_x"],  // 0.12 %
  ["fconst32", "flt32_y"],  // 0.12 %
  ["xadd32", "xload8_u32_mem_x", "xadd32", "xload8_u32_mem_x"],  // 0.12 %
  ["fconst32", "xconst"],  // 0.12 %
  ["flt32_x", "xselect32_c"],  // 0.12 %
  ["fconst32", "xconst", "flt32_x", "xselect32_c"],  // 0.12 %
  ["fconst32", "flteq32_x"],  // 0.12 %
  ["x32_from_f32_u", "jump"],  // 0.12 %
  ["fconst32", "fmul32_y", "fconst32", "fadd32_y"],  // 0.12 %
  ["xsub32_y", "xstore8_mem_v"],  // 0.12 %
  ["xstore16le_mem_v", "fmul32", "fadd32_x"],  // 0.11 %
  ["xsub32_i", "br_if_xulteq32_y"],  // 0.11 %
  ["xsub32_x", "br_if_xulteq32"],  // 0.11 %
  ["xsub32_y", "xstore8_mem_v", "br_if_xult32"],  // 0.11 %
  ["fconst32", "flt32_y", "flteq32"],  // 0.11 %
  ["fconst32", "flteq32_x", "xselect32_c"],  // 0.11 %
  ["zext32", "xadd64_i_x", "br_if_xult64_y"],  // 0.11 %
  ["xstore32le_mem_v", "xload32le_mem"],  // 0.11 %
  ["xbor32_i_x", "xstore32le_mem_v"],  // 0.10 %
  ["xload64le_mem", "xstore64le_mem_v"],  // 0.10 %
  ["xstore32le_mem_x", "wcall0"],  // 0.10 %
  ["xadd32", "xload8_u32_mem_x", "xsub32_i", "br_if_xugt32_i_x"],  // 0.09 %
  ["xadd32_i", "xsub32_i", "br_if_xeq32_i"],  // 0.09 %
  ["fconst32", "fminimum32_y"],  // 0.09 %
  ["xconst", "xload32le_mem_x"],  // 0.09 %
  ["fmaximum32_x", "fconst32", "fminimum32_y"],  // 0.09 %
  ["xzero", "xneq32_x"],  // 0.08 %
  ["xload32le_mem", "xbor32_x", "xband32_i_x", "br_if32_x"],  // 0.08 %
  ["xadd32", "xadd32_i_x", "xload32le_mem_x"],  // 0.08 %
  ["xstore32le_mem_x", "xload32le_mem", "wret_in_place_x"],  // 0.08 %
  ["xload32le_mem", "xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.08 %
  ["xzero", "xload32le_mem_x", "br_if_not32_x"],  // 0.08 %
  ["xband32_i_x", "xbor32_x"],  // 0.08 %
  ["xadd32_i", "xstore32le_mem_v", "br_if_xneq32_x"],  // 0.08 %
  ["xadd32_i", "xstore64le_mem_x", "xadd32_i", "xstore64le_mem_x"],  // 0.07 %
  ["xadd32_i", "xload64le_mem"],  // 0.07 %
  ["xconst64", "xband64_x", "br_if_xeq64_i_x"],  // 0.07 %
  ["xmul32_i", "xadd32_i_x", "xadd32_i", "xadd32_i"],  // 0.07 %
  ["fload64le_mem_x", "xadd32_i", "fload64le_mem_x", "xadd32_i"],  // 0.07 %
  ["fload64le_mem_x", "xmov", "xmov"],  // 0.07 %
  ["xband64_x", "xconst64", "xband64_x", "br_if_xeq64_i_x"],  // 0.07 %
  ["xconst64", "xbxor64_x", "xadd64_x"],  // 0.07 %
  ["xadd32", "xadd32_i", "xadd32_i", "xload64le_mem"],  // 0.07 %
  ["xbnot64_x", "xconst64", "xbxor64_x"],  // 0.07 %
  ["xbor64_x", "xconst64", "xbxor64_x", "xadd64_x"],  // 0.07 %
  ["xconst64", "xadd64_x", "xconst64", "xadd64_x"],  // 0.07 %
  ["xload32le_o32", "br_if_xneq32_x"],  // 0.07 %
  ["xload32le_z_x", "xload32le_o32", "br_if_xneq32_x"],  // 0.07 %
  ["xadd32_i", "xstore32le_o32_v"],  // 0.07 %
  ["xload32le_mem_x", "xbor32_i_x", "xstore32le_mem_v"],  // 0.07 %
  ["xshl32_i", "xbxor32_x", "xshr32_u_i_x", "xbxor32_x"],  // 0.07 %
  ["xstore32le_mem_v", "jump"],  // 0.07 %
  ["xshl32_i_x", "xbxor32_x", "xstore32le_mem_v", "xadd32_i"],  // 0.07 %
  ["xshl32_i", "xshr32_u_i", "xbor32_x"],  // 0.07 %
  ["xshl32_i", "xshr32_u_i", "xbor32_x", "wret_in_place_x"],  // 0.07 %
  ["xult32", "xselect32_c", "wret_in_place_x"],  // 0.07 %
  ["xmul32", "xadd32_i_x", "wret_in_place_x"],  // 0.07 %
  ["xshl64_i", "xadd64_x", "xload64le_o32_x"],  // 0.06 %
  ["xload32le_mem", "xsub32_i_x", "xstore32le_mem_v"],  // 0.06 %
  ["xload64le_mem", "xconst64", "br_if_xult64_y"],  // 0.06 %
  ["xadd32", "xconst", "xdiv32_s_y"],  // 0.06 %
  ["xadd32", "xconst", "xdiv32_s_y", "br_if_xslteq32"],  // 0.06 %
  ["xsub32", "xsub32", "br_if_xslteq32_x"],  // 0.06 %
  ["xadd32_i", "xadd32_i", "xsub32_i", "br_if32_x"],  // 0.06 %
  ["xadd32_i", "xload16le_u32_mem_x", "xadd32_i", "xload16le_u32_mem_x"],  // 0.06 %
  ["xbor32_x", "xstore32le_mem_v", "xadd32_i"],  // 0.06 %
  ["xshr32_u_i", "xadd32_x", "wret_in_place_x"],  // 0.06 %
  ["xstore32le_mem", "xstore32le_mem"],  // 0.06 %
  ["xbor32_i", "xband32_x", "wret_in_place_x"],  // 0.06 %
  ["xband32_i_x", "xshr32_u_i_x"],  // 0.06 %
  ["fadd32_y", "fadd32_y", "fstore32le_mem_v"],  // 0.06 %
  ["xload64le_o32_x", "xshl64_i", "xadd64_x", "xload64le_o32_x"],  // 0.06 %
  ["xzero", "xload32le_mem_x", "br_if32_x"],  // 0.05 %
  ["xshr32_u_i", "xband32_i_x"],  // 0.05 %
  ["xconst", "xsub32_x"],  // 0.05 %
  ["xsub32_i", "xload64le_mem_x", "xshr64_u_i_x"],  // 0.05 %
  ["xstore64le_mem", "xadd32_i", "xadd32_i"],  // 0.05 %
  ["fload32le_mem_x", "xadd32_i", "fload32le_mem_x", "xadd32_i"],  // 0.05 %
  ["xload32le_mem", "xload32le_mem", "xslt32_x"],  // 0.05 %
  ["xzero", "xneq32_x", "xstore32le_mem_v"],  // 0.05 %
  ["xshl32_i", "xband32_i_x", "xbor32_x"],  // 0.05 %
  ["xult32", "xselect32_c"],  // 0.05 %
  ["xbor32_x", "xstore32le_mem_v", "xadd32_i", "br_if_xneq32_i_x"],  // 0.05 %
  ["xadd32_x", "xadd32", "xload32le_mem_x", "xshl32_i_x"],  // 0.05 %
  ["xshr32_u_i", "xband32_i_x", "xshr32_u_i", "xbor32_x"],  // 0.05 %
  ["xzero", "fconst32", "flteq32_x", "xselect32_c"],  // 0.05 %
  ["xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.05 %
  ["xconst", "xconst", "xult32", "xselect32_c"],  // 0.04 %
  ["xshl32_i", "xload32le_mem_x", "br_if32_x"],  // 0.04 %
  ["xzero", "xload32le_mem_x", "br_if_xslteq32_y"],  // 0.04 %
  ["xzero", "xzero"],  // 0.04 %
  ["xstore16le_mem_v", "xadd32_i"],  // 0.04 %
  ["xload8_u32_mem", "xadd32_x", "xadd32", "xadd32_x"],  // 0.04 %
  ["zext32_x", "xadd64_i_x", "br_if_xult64_y"],  // 0.04 %
  ["xconst64", "xband64_x", "xconst64"],  // 0.04 %
  ["xstore32le_mem_x", "xload32le_mem"],  // 0.04 %
  ["xload8_u32_mem", "xload8_u32_mem", "br_if_xneq32_x"],  // 0.04 %
  ["xbor32_x", "xstore32le_mem_v"],  // 0.04 %
  ["xadd32_i", "xstore16le_mem_x"],  // 0.04 %
  ["xshl32_y", "xband32_i_x", "br_if_not32_x"],  // 0.04 %
  ["xshl32_y", "xband32_i_x", "br_if32_x"],  // 0.04 %
  ["xconst", "xstore32le_mem_x"],  // 0.04 %
  ["zext32", "zext32"],  // 0.04 %
  ["xload64le_mem", "xstore64le_mem_v", "xload64le_mem", "xstore64le_mem_v"],  // 0.04 %
  ["xload8_u32_mem", "xband32_i_x", "br_if32_x"],  // 0.03 %
  ["xstore32le_mem", "xload32le_mem"],  // 0.03 %
  ["xbor32_x", "br_if32_x"],  // 0.03 %
  ["xeq32", "xselect32_c"],  // 0.03 %
  ["xadd32_i", "xstore16le_mem_x", "xadd32_i", "xstore16le_mem_x"],  // 0.03 %
  ["xstore32le_mem_v", "br_if_not32_x"],  // 0.03 %
  ["xload8_u32_mem", "xstore8_mem_v"],  // 0.03 %
  ["xload32le_mem", "xband32_i_x", "br_if_not32_x"],  // 0.03 %
  ["xband32_i_x", "xshr32_u_i_x", "xstore16le_mem_v"],  // 0.03 %
  ["xconst64", "xband64_x", "xconst64", "br_if_xeq64_x"],  // 0.03 %
  ["zext32", "wcontext", "xload64le_o32_x"],  // 0.03 %
  ["xadd32", "xadd32_i_x", "xload64le_mem_x"],  // 0.03 %
  ["xslt32", "xselect32_c"],  // 0.03 %
  ["zext32_x", "wcontext", "xload64le_o32_x"],  // 0.03 %
  ["xshl32_i_x", "xband32_i_x", "xbor32_x"],  // 0.03 %
  ["xstore32le_mem_v", "br_if32_x"],  // 0.03 %
  ["xload32le_mem_x", "xload32le_mem"],  // 0.03 %
  ["xstore32le_mem", "xadd32_i", "xsub32_i", "br_if32_x"],  // 0.03 %
  ["xstore32le_mem_x", "xload32le_mem", "xband32_i_x"],  // 0.03 %
  ["xload32le_mem", "xadd32_x", "xconst", "xstore8_mem_v"],  // 0.03 %
  ["xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "br_if_xsgt32_i"],  // 0.03 %
  ["xmov", "br_if_xslt32_x"],  // 0.03 %
  ["xstore32le_mem_v", "xadd32_i", "xstore32le_mem_v"],  // 0.03 %
  ["xzero", "xstore32le_mem_v", "xload32le_mem"],  // 0.03 %
  ["xload32le_mem", "xconst"],  // 0.03 %
  ["xadd32_i", "xload8_u32_mem_x", "xadd32_x"],  // 0.03 %
  ["xload32le_mem", "xshr32_u_i", "br_if_xeq32_i_x"],  // 0.03 %
  ["xbor32_i_x", "xstore32le_mem_v", "xzero", "xload32le_mem_x"],  // 0.03 %
  ["xload8_u32_mem_x", "xshl32_i_x", "xbor32_x"],  // 0.03 %
  ["xload16le_u32_mem_x", "xshl32_i_x", "xadd32_i"],  // 0.03 %
  ["xadd32_i", "xsub32_i", "br_if_xugt32_i_x"],  // 0.03 %
  ["xstore32le_mem_x", "xload32le_mem", "xstore32le_mem_v"],  // 0.03 %
  ["xband32_i", "xshr32_u_i_x"],  // 0.03 %
  ["xzero", "xneq32_x", "wret_in_place_x"],  // 0.03 %
  ["fmaximum32_x", "fminimum32_x"],  // 0.03 %
  ["xload32le_mem", "xstore32le_mem_v", "jump"],  // 0.03 %
  ["xload32le_mem", "xload32le_mem", "xload32le_mem"],  // 0.03 %
  ["xload32le_mem_x", "br_if_xeq32_w_x"],  // 0.03 %
  ["xload32le_mem", "xload32le_mem", "br_if_xulteq32_x"],  // 0.03 %
  ["xmadd32_w", "xadd32_i_x"],  // 0.03 %
  ["xload8_u32_mem", "xbor32_x", "xstore32le_mem_v", "xadd32_i"],  // 0.03 %
  ["xconst", "xload32le_mem_x", "br_if32_x"],  // 0.03 %
  ["xstore32le_mem_x", "xbor32_i"],  // 0.03 %
  ["xload32le_mem", "xload32le_mem", "br_if_xeq32_x"],  // 0.03 %
  ["xload8_u32_mem", "xband32_i_x", "br_if_not32_x"],  // 0.02 %
  ["xload64le_mem", "xload64le_mem"],  // 0.02 %
  ["xband32_x", "xzero", "xneq32_x", "wret_in_place_x"],  // 0.02 %
  ["xadd32_i", "xmov", "xmov", "jump"],  // 0.02 %
  ["xload32le_mem", "xshl32_i", "xadd32_x", "xload32le_mem_x"],  // 0.02 %
  ["xconst", "xload32le_mem_x", "br_if_not32_x"],  // 0.02 %
  ["xload32le_mem", "xload32le_mem", "wcall0"],  // 0.02 %
  ["xband32_i_x", "xshr32_u_i_x", "xstore16le_mem_v", "xmul32"],  // 0.02 %
  ["xconst", "xconst", "xconst"],  // 0.02 %
  ["xload32le_mem", "xstore32le_mem_v", "xadd32_i"],  // 0.02 %
  ["xsub32_i", "xload64le_mem_x", "xsub32_i", "xload64le_mem_x"],  // 0.02 %
  ["f64_from_x32_s_x", "fdiv64_x"],  // 0.02 %
  ["f64_from_x32_s_x", "fdiv64_x", "fstore64le_mem_v", "xadd32_i"],  // 0.02 %
  ["xload32le_mem", "xconst", "wcall0"],  // 0.02 %
  ["xstore32le_mem_v", "xload8_u32_mem"],  // 0.02 %
  ["zext32_x", "xshl64_y"],  // 0.02 %
  ["xshr64_u_i", "xsub32_i_x"],  // 0.02 %
  ["xload32le_mem", "xload32le_mem", "br_if_xugteq32_i_x"],  // 0.02 %
  ["xload16le_u32_mem", "xshl32_i_x"],  // 0.02 %
  ["xload16le_u32_mem_x", "xstore16le_mem_v"],  // 0.02 %
  ["xload8_u32_mem", "xstore8_mem_v", "xload8_u32_mem"],  // 0.02 %
  ["xstore32le_mem_x", "xsub32_i_x"],  // 0.02 %
  ["xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xstore64le_mem_v", "xadd32_i"],  // 0.02 %
  ["xload32le_mem_x", "br_if_xsgteq32_i_x"],  // 0.02 %
  ["xload32le_mem_x", "xshr32_u_i", "xband32_i_x"],  // 0.02 %
  ["xzero", "xstore64le_mem_v"],  // 0.02 %
  ["xload32le_mem_x", "xadd32", "xload32le_mem_x"],  // 0.02 %
  ["xmul32_i_x", "xsub32_y"],  // 0.02 %
  ["xsub32_i", "xsub32_i", "xload32le_mem"],  // 0.02 %
]
