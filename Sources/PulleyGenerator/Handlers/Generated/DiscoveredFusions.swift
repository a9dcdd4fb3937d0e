// swift-format-ignore-file
// Written by tools/fusions.py; tools/fusions.md says from which programs. Do not edit.

/// Sequences that programs run often, each with the share of the cells of an average program that it saves.
let discovered: [[FusedPart]] = [
  ["xadd32_x", "xadd32_i", "xload8_u32_mem_x", "xadd32_x", "xadd32_i", "xload8_u32_mem_x"],  // 1.30 %
  ["zext32_x", "xadd64_x", "xadd32_i", "xload32le_mem_x", "zext32_x", "xmadd64_x"],  // 1.17 %
  ["xadd32_i_x", "xstore32le_mem_x", "xadd32_i", "br_if32_x"],  // 0.96 %
  ["xsub32_i", "br_if32_x", "xadd32_i", "wret_in_place_x"],  // 0.90 %
  ["xshl32_i", "zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x"],  // 0.82 %
  ["xadd32_i_x", "xload8_u32_mem_x", "xmadd32_w", "xadd32_i", "br_if32_x"],  // 0.82 %
  ["xadd32_i", "xload8_u32_mem_x", "xneq32_x", "xadd32_x", "xadd32_i"],  // 0.76 %
  ["xadd32_i", "xadd32_i", "xload32le_mem_x", "br_if_xslt32_x", "xshl32_i", "xadd32_i_x"],  // 0.73 %
  ["xadd32", "xadd32_i", "xload8_u32_mem", "xadd32_i_x", "xload8_u32_mem_x", "br_if_not32_x"],  // 0.71 %
  ["br_if_xugteq32_i_x", "zext32_x", "xshl64_i_x", "xadd64_x", "xload64le_o32_x"],  // 0.66 %
  ["xadd32_i", "xstore64le_mem_x", "xadd32_i", "xstore64le_mem_x", "xadd32_i", "xstore64le_mem_x"],  // 0.62 %
  ["xadd32_x", "xsub32_i", "br_if_xugt32_i_x"],  // 0.60 %
  ["br_if_not32", "xsub32_i", "wcall1"],  // 0.60 %
  ["xstore32le_mem_v", "xadd32_i", "xadd32_i", "br_if_xneq32_x", "xadd32_i", "br_if_xeq32_x"],  // 0.59 %
  ["xmul32_x", "xshr32_u_i_x", "xadd32_x", "f64_from_x32_u_x", "fdiv64_y", "fadd64_y"],  // 0.58 %
  ["xsub32_i", "xload32le_mem", "xsub32_i", "br_if_xslt32"],  // 0.58 %
  ["xload32le_mem", "xadd32_i_x", "xmin32_u_x", "xmin32_u_x"],  // 0.57 %
  ["xsub32_i", "fmul64", "fmul64_x", "fload64le_mem_x", "fadd64_y", "fstore64le_mem_x_v"],  // 0.57 %
  ["xadd32_i", "xload8_u32_mem_x", "xadd32_i", "xload8_u32_mem_x", "xadd32_i", "xload8_u32_mem_x"],  // 0.56 %
  ["xload32le_mem_x", "br_if_xeq32_x", "xult32_y", "xselect32_c"],  // 0.56 %
  ["xmov", "wcontext", "xload32le_o32_x", "xsub32_i_x", "xstore32le_o32_v"],  // 0.55 %
  ["xshr32_u_i", "xbxor32_x", "xband32_i_x", "xshl32_i_x", "xadd32_i_x", "xload32le_mem_x"],  // 0.54 %
  ["xload8_u32_mem", "xshl32_i_x", "xadd32_i_x", "xload32le_mem_x", "xsub32_i_x"],  // 0.54 %
  ["xload32le_z_x", "br_if_xneq32_x", "xload64le_o32", "xload64le_o32"],  // 0.53 %
  ["xstore32le_mem_v", "xshr64_u_i_x", "xadd32_i", "br_if_xneq32_i_x"],  // 0.52 %
  ["fadd64_y", "fadd64_y", "fadd64_y", "xadd32_i", "xadd32_i", "br_if_xneq32_i_x"],  // 0.51 %
  ["fload64le_mem_x", "xadd32_i", "fload64le_mem_x", "fmul64_y", "xadd32_i", "fload64le_mem_x"],  // 0.51 %
  ["xadd32_i", "xstore8_mem_x"],  // 0.48 %
  ["zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x", "xadd32_x"],  // 0.46 %
  ["fmul32_y", "xadd32_i", "fload32le_mem_x", "fmul32_y", "fsub32_y", "fsub32_y"],  // 0.45 %
  ["fstore32le_mem_v", "fadd32", "fmul32_x", "fstore32le_mem_v", "fadd32", "fmul32_x"],  // 0.45 %
  ["xmov", "xmov", "xmov", "xmov", "xband32_i", "br_if_xugt32_i_x"],  // 0.43 %
  ["xadd32_i", "xshr32_u_i", "xadd32_x", "f64_from_x32_u_x", "fdiv64_y", "fadd64_y"],  // 0.43 %
  ["f32_from_x32_s_x", "fmul32_y", "fadd32_x", "fadd32_x", "flt32_x", "flteq32_y"],  // 0.43 %
  ["xadd32_i", "xload8_u32_mem_x", "xmadd32_w", "xadd32_i", "xload8_u32_mem_x", "xmadd32_w"],  // 0.43 %
  ["xadd32_i", "fload64le_mem_x", "fmul64_y", "xadd32_i", "fload64le_mem_x"],  // 0.41 %
  ["xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.40 %
  ["xrotl32_x", "xadd32_x", "xadd32_i", "xadd32_i", "br_if_xeq32_x"],  // 0.36 %
  ["xadd32_x", "xload32le_mem_x", "br_if32_x"],  // 0.36 %
  ["xadd32", "xadd32_i_x", "xadd32_i", "fload32le_mem_x", "fload32le_mem"],  // 0.36 %
  ["br_if_xugteq32_i", "xzero", "xadd32_x", "wret_in_place_x"],  // 0.34 %
  ["xadd32_i", "flteq32_y", "xselect32_c", "flt32_y", "xselect32_c", "xstore8_mem_v"],  // 0.32 %
  ["fload64le_mem", "fload64le_mem", "fmul64_y", "fadd64_x"],  // 0.31 %
  ["fsub64_y", "fstore64le_mem_v", "fload64le_mem", "fmul64", "fmul64_x"],  // 0.31 %
  ["xadd32_i", "xload8_u32_mem"],  // 0.30 %
  ["xadd32_i", "xload8_u32_mem_x", "xmadd32_w", "xadd32_i", "br_if32_x"],  // 0.29 %
  ["flteq32_x", "xselect32_c", "fconst32", "xconst", "flt32_x", "xselect32_c"],  // 0.29 %
  ["fmul32", "fmul32", "fadd32_y", "fsub32_y"],  // 0.27 %
  ["fstore32le_mem_x_v", "xadd32", "xadd32", "br_if_xult32_i_x"],  // 0.27 %
  ["xmul32_i", "xadd32_i_x", "xrem32_u_x", "xload32le_mem", "br_if32_x"],  // 0.26 %
  ["xadd32_x", "xadd32_i_x", "xload8_u32_mem_x", "xload8_u32_mem"],  // 0.26 %
  ["xband32_x", "br_if_not32_x", "x32_from_f32_u_x", "jump"],  // 0.26 %
  ["xadd32_i_x", "xstore32le_mem_x", "xadd32_i", "xstore32le_mem_x", "xadd32_i", "br_if32_x"],  // 0.26 %
  ["xband32_i", "xshl32_i_x", "xadd32_x", "xadd32_i", "xload8_u32_mem_x"],  // 0.25 %
  ["xsub32_i", "xband32_i_x", "xshl32_i_x", "xadd32_x", "xload32le_mem_x"],  // 0.25 %
  ["xshl32_i", "zext32_x", "xadd64_i_x", "br_if_xult64_y"],  // 0.25 %
  ["xadd32_i", "xload32le_mem_x", "xrotl32_x", "xrotl32", "xbxor32_x"],  // 0.24 %
  ["xbxor32", "xband32_x", "xbxor32_x", "xmov", "jump"],  // 0.24 %
  ["xmov_x", "br_if_xulteq32", "xmov", "xmov", "jump"],  // 0.24 %
  ["br_if_xslteq32_x", "xadd32_i", "xstore32le_mem_x", "xadd32_i", "xstore32le_mem_x", "xshl32_i"],  // 0.24 %
  ["xadd32_i", "xadd32_i", "xsub32_i", "br_if32_x", "xzero", "wret_in_place_x"],  // 0.22 %
  ["xbxor32_x", "flt32", "fselect32_c", "bitcast_int_from_float_32_x", "xband32_x", "xbxor32_x"],  // 0.22 %
  ["xadd32", "xstore8_mem_x", "xadd32_i", "br_if_xneq32_i_x"],  // 0.22 %
  ["xmov_x", "xadd32", "xadd32_i_x", "xadd32_i", "xbxor32_x"],  // 0.22 %
  ["xload32le_mem", "xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.21 %
  ["xadd32_i", "xload32le_mem_x", "xband32", "xrotl32", "xrotl32", "xbxor32_x"],  // 0.20 %
  ["xadd32_x", "xadd32_x", "xadd32_x", "xbxor32", "xband32_x", "xband32"],  // 0.20 %
  ["xrotl32", "xbxor32_x", "xadd32_x", "xadd32_x", "xadd32", "br_if_xeq32_i"],  // 0.20 %
  ["xrotl32", "xbxor32_x", "xadd32_x", "xadd32_x", "xbnot32", "xband32_x"],  // 0.20 %
  ["xload32le_z_x", "xload32le_o32", "br_if_xneq32_x", "xload64le_o32", "xload64le_o32"],  // 0.20 %
  ["fadd64_y", "fadd64_y", "fsqrt64_x", "fmul64_y", "fdiv64_y", "fmul64_y"],  // 0.19 %
  ["xstore32le_mem_v", "xadd32_i", "xadd32_i", "jump"],  // 0.19 %
  ["xstore32le_mem_v", "xadd32_i", "xshr64_u_i", "xload32le_mem"],  // 0.18 %
  ["xload32le_mem", "br_if_xugt32_i_x", "xconst", "xshl32_x"],  // 0.18 %
  ["xadd32", "xband32_i", "xshl32_i_x"],  // 0.18 %
  ["fstore32le_mem_v", "xadd32_i", "fload32le_mem_x"],  // 0.18 %
  ["xband32_i_x", "br_if32_x", "xband32_i", "br_if_not32_x", "xzero", "jump"],  // 0.18 %
  ["xstore32le_mem", "xadd32_i", "xsub32_i", "br_if32_x"],  // 0.18 %
  ["wcontext", "xload32le_o32_x", "xsub32_i_x", "xstore32le_o32_v", "xconst", "xload32le_mem_x"],  // 0.18 %
  ["xstore64le_mem", "xadd32_i", "xadd32_i", "xmov", "xmov", "jump"],  // 0.17 %
  ["xadd32_i", "xadd32", "xadd32_i", "br_if_xneq32", "xshl32_i", "fstore64le_mem_x_v"],  // 0.17 %
  ["fload64le_mem", "xadd32_x", "xadd32_i_x"],  // 0.17 %
  ["xadd32_i_x", "xload8_u32_mem_x", "xmadd32_w"],  // 0.17 %
  ["xload8_u32_mem", "xload8_u32_mem", "br_if_xneq32_x"],  // 0.17 %
  ["xadd32_i", "xmov", "xmov", "xmov", "xmov"],  // 0.16 %
  ["xadd32_x", "xadd32_x", "xadd32_x", "xadd32_x", "xadd32_x", "xadd32_x"],  // 0.16 %
  ["xmov", "xmov", "xmov", "xmov", "jump"],  // 0.16 %
  ["xshl32_i_x", "zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x"],  // 0.15 %
  ["xadd32_i", "xsub32_i", "br_if_xslteq32_x", "xmov", "xmov"],  // 0.15 %
  ["fmul64_y", "xsub32_i", "fload64le_mem_x", "fsub64_y", "fmul64_x"],  // 0.15 %
  ["fload64le_mem", "fload64le_mem", "xsub32_i", "fload64le_mem_x", "fsub64_y"],  // 0.15 %
  ["fmul64", "xsub32_i", "fload64le_mem_x", "fsub64_y", "fmul64_x"],  // 0.15 %
  ["xshr32_u_i", "xbxor32_x", "xadd32_x", "xstore32le_mem_v", "xadd32_i", "br_if_xeq32_i_x"],  // 0.15 %
  ["br_if_xugt32_i_x", "xmul32_i", "xadd32_i_x", "xbxor32", "xband32_x", "xbxor32_x"],  // 0.15 %
  ["xstore64le_o32_x", "zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xstore32le_o32_x"],  // 0.15 %
  ["xadd32", "xadd32_i", "xadd32", "xadd32_i", "xadd32_i", "br_if_xneq32"],  // 0.15 %
  [
    "bitcast_float_from_int_32_x", "fsub32_y", "bitcast_int_from_float_32_x", "xbxor32_x",
    "xband32_x", "xbxor32_x",
  ],  // 0.15 %
  ["xstore32le_mem_v", "xload32le_mem", "xstore32le_mem_v", "xload32le_mem", "br_if_not32_x"],  // 0.15 %
  ["fabs32", "fconst32", "flt32_y", "br_if_not32_x", "x32_from_f32_s", "jump"],  // 0.15 %
  ["xload32le_mem", "xstore32le_mem_v", "xload32le_mem", "xstore32le_mem_v", "xzero"],  // 0.15 %
  ["xadd32_i_x", "xmul32_i", "xadd32_i_x", "xstore32le_mem_v", "xadd32_i", "br_if32_x"],  // 0.15 %
  ["xadd32_i_x", "xload8_u32_mem_x", "xmadd32_w", "xadd32_i", "br_if_xneq32_x"],  // 0.14 %
  ["xshl32_i", "xbxor32_x", "xshr32_u_i_x", "xbxor32_x", "xshl32_i_x", "xbxor32_x"],  // 0.14 %
  ["xstore32le_mem_v", "xadd32_i", "br_if_xneq32_x"],  // 0.14 %
  ["xload64le_o32_x", "xshl64_i", "xadd64_x", "xload64le_o32_x"],  // 0.14 %
  ["xbor32_i_x", "br_if_xulteq32_y", "xmov", "xadd32_i", "br_if_xult32_x"],  // 0.14 %
  ["xstore32le_mem", "xadd32_i", "xstore32le_mem_x"],  // 0.14 %
  ["xmov", "wcall_indirect"],  // 0.14 %
  ["fload64le_mem", "fmul64_x", "fload64le_mem", "fadd64_y", "fstore64le_mem_v", "fload64le_mem"],  // 0.13 %
  ["xshr64_u_i", "xsub32_i_x", "xconst", "xconst", "xult32", "xselect32_c"],  // 0.13 %
  ["xadd32_x", "xmov", "jump"],  // 0.13 %
  ["xshl32_i", "xbxor32_x", "xmov", "jump"],  // 0.13 %
  ["xmov", "xmov", "wcontext", "xload32le_o32_x", "xsub32_i_x", "xstore32le_o32_v"],  // 0.13 %
  ["zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xstore32le_o32_x"],  // 0.12 %
  ["xadd32_i", "xsub32_i", "br_if32_x"],  // 0.12 %
  ["xbxor32_x", "xrotl32", "xrotl32", "xbxor32_x"],  // 0.12 %
  ["f64_from_x32_u_x", "fdiv64_y", "fadd64_y", "xadd32_i", "fload64le_mem_x"],  // 0.12 %
  [
    "bitcast_int_from_float_32_x", "fsub32", "bitcast_int_from_float_32_x", "xbxor32_x",
    "xshr32_s_i",
  ],  // 0.12 %
  ["xadd32_i", "xadd32_i", "br_if_xneq32_x", "xshl32_i", "fstore64le_mem_x_v", "br_if_xeq32"],  // 0.12 %
  ["xadd32_i", "xband32_i_x", "xconst", "xconst", "xult32", "xselect32_c"],  // 0.12 %
  ["xstore64le_mem_v", "xadd32_i", "xmov", "xmov", "xmov", "jump"],  // 0.12 %
  ["xload32le_mem", "xzero", "xstore32le_mem_x", "xload32le_mem"],  // 0.11 %
  ["xadd32_i_x", "xstore64le_mem_x"],  // 0.11 %
  ["xband32_x", "xbxor32_x", "bitcast_float_from_int_32_x", "fadd32_x", "fadd32_x", "fsub32_x"],  // 0.11 %
  ["xshr32_u_i", "zext8_x", "xult32_x", "xselect32_c", "xult32", "xselect32_c"],  // 0.11 %
  ["xadd32_i", "xadd32_i", "br_if_xneq32_x"],  // 0.11 %
  ["xmov_x", "xadd32_i", "br_if_xneq32_x"],  // 0.11 %
  ["fconst32", "fmul32_y", "fconst32", "fadd32_y", "fconst32", "flt32_y"],  // 0.10 %
  ["xadd32", "flteq32_y", "xselect32_c", "flt32_y", "xselect32_c", "xstore8_mem_v"],  // 0.10 %
  ["xadd32", "xload8_u32_mem_x", "xadd32", "xload8_u32_mem_x", "xsub32_y", "xadd32_x"],  // 0.10 %
  ["br_if_xulteq32", "xadd32", "xload8_u32_mem_x", "xadd32", "xload8_u32_mem_x", "xsub32_y"],  // 0.10 %
  ["xload32le_mem", "xload32le_mem", "xsub32_y", "xconst", "xdiv32_s_y"],  // 0.10 %
  ["zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x"],  // 0.10 %
  ["xadd32_x", "xsub32_i_x"],  // 0.09 %
  ["xconst64", "xadd64_x", "xbor64_x", "xconst64", "xbxor64_x", "xadd64_x"],  // 0.09 %
  ["br_if_not32", "xsub32_i", "xsub32_i", "xload32le_mem_x", "xband32_i_x"],  // 0.09 %
  ["xadd32_i", "xstore64le_mem_x", "xadd32_i", "xstore32le_mem_x", "xadd32_i", "xstore32le_mem_x"],  // 0.09 %
  ["xadd32", "xadd32_i_x", "xadd32_i", "xload32le_mem_x"],  // 0.09 %
  ["xshr32_u_i", "xbxor32_x", "xadd32_x", "xadd32_x"],  // 0.09 %
  ["xadd32_i", "xstore32le_mem_v", "xadd32_i", "xconst"],  // 0.09 %
  ["fload64le_mem", "xshr32_u_i", "xadd32_x", "xadd32_i_x"],  // 0.09 %
  ["xzero", "xload32le_mem_x"],  // 0.09 %
  ["xmov", "xmov", "xmov", "xmov", "xmov", "xmov"],  // 0.09 %
  ["xadd32", "xload8_u32_mem_x", "xsub32_i_x", "br_if_xugt32_i_x", "xshl32_y"],  // 0.09 %
  ["xbor32_x", "xband32_i_x", "br_if32_x", "xadd32_i", "br_if_xult32_x"],  // 0.08 %
  ["xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.08 %
  ["xadd32_i", "xband32_i", "xselect32_c", "xmov", "jump"],  // 0.08 %
  ["xadd32_x", "xstore32le_mem_x", "xadd32_i", "xmov", "jump"],  // 0.08 %
  ["xshr32_u_i", "xmov", "jump"],  // 0.08 %
  ["xload8_s32_mem", "xzero", "xslt32_y", "xselect32_c", "xload32le_mem", "xselect32_x"],  // 0.08 %
  [
    "wcontext", "xload32le_o32_x", "xsub32_i_x", "xstore32le_o32_v", "xload32le_mem",
    "br_if_not32_x",
  ],  // 0.08 %
  ["xload32le_mem", "zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xstore32le_o32_x"],  // 0.08 %
  ["xshr32_u_i", "xload32le_mem", "xload8_u32_mem", "xband32_i_x", "br_if32_x", "br_if32"],  // 0.08 %
  ["flteq32", "xband32_x", "br_if_not32_x", "x32_from_f32_u", "jump"],  // 0.08 %
  ["xsub32_i", "br_if_not32_x", "xzero", "xzero", "jump"],  // 0.08 %
  ["xstore16le_mem_v", "fmul32", "fadd32_x", "fmaximum32_x", "fconst32", "fminimum32_y"],  // 0.08 %
  ["xband32_i", "xstore32le_mem_v", "xadd32", "xstore32le_mem_x", "xbor32_i", "xstore32le_mem_v"],  // 0.08 %
  ["fmaximum32", "fminimum32_x", "fmul32_x", "fstore32le_mem_v"],  // 0.08 %
  ["xband32_i", "xband32_i", "xshl32_i", "xadd32_i", "xconst64", "xband64_x"],  // 0.08 %
  ["xconst64", "xband64_x", "xadd32_i", "xadd32_i", "zext32", "xadd32_i"],  // 0.08 %
  ["xadd32_i", "xband32_i_x", "xsub32_y", "wcontext", "xstore32le_o32_x", "br_if32"],  // 0.08 %
  ["xband32_i", "xbor32_x", "xstore32le_mem_v", "xstore64le_mem", "xadd32_i", "xstore32le_mem_v"],  // 0.08 %
  ["xband32_i", "xshr32_u_i_x", "xselect32_c", "xadd32_x", "xshl32_i_x", "xsub32_y"],  // 0.08 %
  ["xload32le_mem", "xmadd32_w", "xadd32_i", "xsub32_i", "br_if32_x"],  // 0.08 %
  ["xadd32_i", "fload64le_mem_x", "xadd32_i", "fload64le_mem_x", "xmov", "xmov"],  // 0.08 %
  ["xstore32le_mem_x", "br_if32"],  // 0.08 %
  ["xadd32", "xadd32_i", "xadd32_i", "xload64le_mem", "xbnot64_x"],  // 0.07 %
  ["xsub32_i", "xload64le_mem_x", "xshr64_u_i_x", "xbor32_x", "br_if32_x"],  // 0.07 %
  ["xmov", "xmov", "xmov", "wcall_indirect"],  // 0.07 %
  ["xadd32_i", "br_if_xult32_x", "xload32le_mem", "xstore32le_mem_v", "jump"],  // 0.07 %
  ["flt64_x", "flteq64_y", "xband32_x", "br_if_not32_x", "x32_from_f64_u_x", "jump"],  // 0.07 %
  ["xload64le_mem", "xconst64"],  // 0.07 %
  ["fmul32", "fmul32", "fmul32", "fadd32_y", "xadd32_i"],  // 0.07 %
  [
    "xload32le_mem", "xload32le_mem", "br_if_not32_x", "xload64le_mem", "xload64le_mem",
    "br_if_xeq64_x",
  ],  // 0.07 %
  ["xconst", "xload32le_mem_x"],  // 0.07 %
  ["xzero", "xload32le_mem_x", "xload32le_mem", "xload32le_mem", "xslt32_x", "xselect32_c"],  // 0.07 %
  [
    "br_if_xult64_y", "xload32le_mem", "xload32le_mem", "xsub32_i_x", "xstore32le_mem_v",
    "br_if_xsgt32_i",
  ],  // 0.07 %
  ["xadd32_i", "xsub32_i", "br_if_xeq32_i", "xmov", "xadd32_i_x"],  // 0.07 %
  ["fmul64_x", "fload64le_mem", "fadd64_y", "fstore64le_mem_v"],  // 0.07 %
  ["xshr32_u_i_x", "xshr32_u_y", "xband32_i_x", "br_if_not32_x"],  // 0.07 %
  ["fadd32_x", "fadd32_x", "bitcast_int_from_float_32_x", "bitcast_int_from_float_32"],  // 0.07 %
  ["xstore32le_mem_v", "xload32le_mem", "bitcast_float_from_int_32_x", "fmul32_x"],  // 0.07 %
  ["xadd32_i", "xstore64le_mem_x", "xadd32_i", "xadd32_i", "xadd32_i", "br_if_xneq32_x"],  // 0.07 %
  ["xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "xload32le_mem", "br_if_xsgt32_i"],  // 0.07 %
  ["xadd32_x", "xadd32_i", "br_if_xneq32_w_x"],  // 0.06 %
  ["xadd32", "xadd32_i_x", "xload32le_mem_x", "xload32le_mem"],  // 0.06 %
  ["xmul32_i", "xadd32_i_x", "xmov", "jump"],  // 0.06 %
  ["xsub32", "xadd32_x"],  // 0.06 %
  ["xload32le_mem", "xstore32le_mem_v"],  // 0.06 %
  ["br_if_xulteq32", "xload32le_mem", "xband32_i_x", "br_if_not32_x"],  // 0.06 %
  ["wcontext", "xload32le_o32_x", "xload32le_o32", "xload32le_o32", "xload64le_o32"],  // 0.06 %
  ["xadd32_i", "xstore32le_mem_v", "xstore32le_mem", "xload32le_mem", "xload32le_mem"],  // 0.06 %
  ["xadd32_i_x", "xadd32_i", "xadd32_i", "xload64le_o32", "jump"],  // 0.06 %
  ["xstore32le_mem_v", "xshl32_i", "xadd32_x", "xstore32le_mem_v", "br_if_not32"],  // 0.06 %
  ["xsub32_i", "xload64le_mem_x", "xload32le_mem", "xadd32_i", "br_if_xeq32_x"],  // 0.06 %
  ["xload16le_u32_mem_x", "xstore16le_mem_v", "xload8_u32_mem", "xstore8_mem_v", "xload8_u32_mem"],  // 0.06 %
  ["xadd32_i", "xstore32le_mem_x", "xadd32_i", "xstore32le_mem_x"],  // 0.06 %
  ["fconst32", "fmaximum32_y", "flt32_y", "fselect32_c", "fabs32_x"],  // 0.06 %
  ["xband32_x", "xzero", "xneq32_x", "wret_in_place_x"],  // 0.06 %
  ["fadd32_y", "fstore32le_mem_v", "fmul32", "fmul32", "fadd32_y"],  // 0.06 %
  ["xconst64", "xband64_x", "xconst64"],  // 0.06 %
  ["fconst32", "flt32_y", "br_if_not32_x", "x32_from_f32_s", "jump"],  // 0.06 %
  ["xbor64_x", "xband64_x", "xconst64", "xband64_x"],  // 0.06 %
  ["xconst64", "xbxor64_x", "xconst64", "xadd64_x"],  // 0.06 %
  ["xadd32_i", "xstore32le_mem_x", "xadd32_i", "br_if32_x"],  // 0.06 %
  ["xadd32_x", "xband32_i", "br_if32_x", "xband32_i", "br_if_not32_x"],  // 0.06 %
  ["xload32le_mem_x", "xstore32le_mem_v", "xzero", "xneq32_x", "xstore32le_mem_v"],  // 0.05 %
  ["xadd32", "xbxor32"],  // 0.05 %
  ["xadd32_i", "xbor32_i", "xstore32le_mem_v", "xadd32", "xload32le_mem_x", "xbor32_i_x"],  // 0.05 %
  ["xload32le_mem", "xload32le_mem", "br_if_xneq32_x"],  // 0.05 %
  ["xbnot32_x", "xshl32_i_x", "xadd32_x", "xload32le_mem_x", "br_if_not32_x", "xadd32_i"],  // 0.05 %
  ["fmul32", "fadd32_y", "xadd32_i", "br_if_xneq32_x"],  // 0.05 %
  ["xload32le_mem", "xband32_i_x", "xbor32_x", "xstore32le_mem_v", "xmov"],  // 0.05 %
  ["br_if_xeq64_x", "br_if_xugt64_w", "xshr32_s_i", "xzero", "xneq64_x"],  // 0.05 %
  ["xband32_i", "xconst64", "xmov", "xmov", "xzero"],  // 0.05 %
  ["xload64le_mem", "xconst64", "xconst", "xmov", "xconst64"],  // 0.05 %
  ["xband32_i", "xadd32_i_x", "xconst", "xload32le_mem_x", "xshr32_u_i"],  // 0.05 %
  ["xshl32_i_x", "xadd32_i_x", "xload32le_mem_x", "xmov", "xmov"],  // 0.05 %
  ["xconst", "xadd32", "xstore8_mem_x", "xadd32_i", "br_if_xneq32_i_x"],  // 0.05 %
  ["xadd32", "br_if_xulteq32_y", "xadd32", "br_if_xulteq32_y", "xadd32", "br_if_xulteq32_y"],  // 0.05 %
  ["xslt32_y", "xselect32_c"],  // 0.05 %
  ["fload32le_mem", "fload32le_mem", "fload32le_mem", "fload32le_mem"],  // 0.05 %
  ["xload32le_mem", "xadd32_i_x", "xstore32le_mem_v"],  // 0.05 %
  ["xshr32_u_i", "xbor32_x", "xbor32_x", "xstore32le_mem_v", "xadd32_i", "br_if_xneq32_i_x"],  // 0.05 %
  ["xstore32le_mem_v", "xload32le_mem"],  // 0.05 %
  ["wcontext", "xload32le_o32_x", "xsub32_i_x", "xstore32le_o32_v", "xload32le_mem"],  // 0.05 %
  ["xload64le_mem_x", "xconst64", "xband64_x", "xconst64"],  // 0.05 %
  ["xzero", "xstore32le_mem_v", "xload32le_mem"],  // 0.05 %
  ["xband32_x", "br_if32_x", "xbor32", "xconst", "xstore32le_mem_x", "xmov"],  // 0.05 %
  ["xstore32le_mem_x", "xload32le_mem", "xband32_i_x", "xconst", "xsub32_x"],  // 0.05 %
  ["fmul32", "fadd32_y", "fstore32le_mem_v", "fmul32", "fadd32_y", "fstore32le_mem_v"],  // 0.05 %
  ["xload16le_u32_mem", "xzero", "xslt32", "xselect32_c"],  // 0.05 %
  ["xshl32_i", "xadd32_x", "xmov_x", "xmov"],  // 0.05 %
  ["xadd32_i", "fload64le_mem_x", "xadd32_i", "fload64le_mem_x"],  // 0.05 %
  ["xmul32_i", "xadd32_i_x", "xadd32_i", "xadd32_i"],  // 0.05 %
  ["xload32le_mem", "xload32le_mem"],  // 0.05 %
  ["xadd32_i", "fload32le_mem_x", "xadd32_i", "fload32le_mem_x"],  // 0.05 %
  ["xload32le_mem", "xstore32le_mem_v", "xadd32_i", "xadd32_i", "br_if_xult32_x"],  // 0.05 %
  ["br_if_xugt32_i", "xconst", "xload32le_mem_x"],  // 0.05 %
  ["xadd32_i", "xload8_u32_mem_x", "xmadd32_w", "xadd32_i", "br_if_xneq32_x"],  // 0.04 %
  ["xload32le_mem", "xload32le_mem", "xsub32_y", "xconst", "xdiv32_s_y", "xshl32_i_x"],  // 0.04 %
  ["xadd32_i_x", "xstore32le_mem_v", "xload32le_mem", "br_if32_x"],  // 0.04 %
  ["xadd32_i", "f32_from_x32_u", "fmul32_x", "fstore32le_mem_x_v", "xadd32_i"],  // 0.04 %
  ["xband32_i", "xbor32_x", "xbxor32_i_x", "xshl32_i_x", "xadd32_i_x"],  // 0.04 %
  ["xsub32", "xsub32", "xult32", "xselect32_c"],  // 0.04 %
  ["br_if_not32", "xsub32_i", "xshl32_i_x", "xbor32_i_x", "br_if_xulteq32_y", "jump"],  // 0.04 %
  ["flteq64_y", "xselect32_c", "flt64_y", "xselect32_c", "xstore8_mem_v", "xload8_u32_mem"],  // 0.04 %
  ["xadd32_i", "xload8_u32_mem_x", "xadd32_i_x", "xload8_u32_mem_x", "xstore8_mem_v"],  // 0.04 %
  ["xshl32_i_x", "xadd32_x", "xload32le_mem_x", "br_if_xslteq32_i_x"],  // 0.04 %
  ["xconst", "xconst", "xconst", "xeq32", "xselect32_c"],  // 0.04 %
  ["xmul32_i", "xadd32_i_x", "xstore32le_mem_v", "xadd32_i", "xsub32_i", "br_if32_x"],  // 0.04 %
  ["xload32le_mem", "xload32le_mem", "wcall0"],  // 0.04 %
  ["xload32le_mem", "xload32le_mem", "br_if_xeq32_x"],  // 0.04 %
  ["sext32", "sext32", "xsub64_y", "xadd64_i_x"],  // 0.04 %
  ["xadd32_x", "xstore32le_mem_x", "xadd32_i", "br_if_xneq32_i_x"],  // 0.04 %
  ["br_if_xeq32", "xadd32", "br_if_xulteq32_y", "xadd32", "br_if_not32_x"],  // 0.04 %
  ["xsub32_i", "br_if_xulteq32_y", "xsub32_x"],  // 0.04 %
  ["xadd32", "xstore32le_mem_x", "xbor32_i", "xstore32le_mem_v", "xconst", "xstore32le_mem_x"],  // 0.04 %
  ["xstore32le_mem_x", "xload32le_mem", "xshr32_u_i_x"],  // 0.04 %
  ["xstore32le_mem_x", "xload32le_mem", "xstore32le_mem_v"],  // 0.04 %
  ["xshl32_i", "xband32_i_x", "xbor32_x", "xshr32_u_i", "xband32_i_x"],  // 0.04 %
  ["xload32le_mem", "xconst", "wcall0"],  // 0.04 %
  ["xadd32_i", "xadd32_i", "xsub32_i", "br_if32_x"],  // 0.04 %
  ["xband32_i", "br_if32_x", "xconst", "xload32le_mem_x"],  // 0.04 %
  ["zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xstore32le_o32_x", "br_if_not32"],  // 0.04 %
  ["xstore64le_mem", "xadd32_i", "xload64le_mem_x", "br_if_xult64_x"],  // 0.04 %
  ["xsub32", "xshr32_s_i_x", "xrem32_u_y", "xshl32_i_x", "xadd32_x", "xload32le_mem_x"],  // 0.04 %
  ["xsub32_i", "xload64le_mem_x", "xshr64_u_i_x"],  // 0.04 %
  ["xmov", "wcontext", "xload32le_o32_x", "xload64le_o32"],  // 0.04 %
  ["xmul32_i", "xsub32_i_x", "xstore32le_mem_v", "xmul32_i", "xsub32_i_x", "xstore32le_mem_v"],  // 0.04 %
  ["xband32_i_x", "br_if_not32_x", "xadd32_i", "xstore32le_mem_v", "br_if_xneq32_x"],  // 0.04 %
  ["xsub32_i", "xshl32_i_x", "xadd32_x", "xload32le_mem_x", "br_if_xeq32_x"],  // 0.04 %
  ["xload32le_mem", "xeq32_x", "xadd32_i", "xstore32le_o32_v"],  // 0.04 %
  ["xmul32", "xadd32_i_x", "xband32_i_x", "xshr32_u_i_x", "xadd32_x", "xstore16le_mem_v"],  // 0.04 %
  ["flteq32", "xselect32_c", "flt32_x", "xselect32_c", "fneq32", "xselect32_c"],  // 0.04 %
  ["xadd32_i", "xload16le_u32_mem", "xshl32_i_x", "xadd32_x"],  // 0.04 %
  ["br_if_xeq32_w_x", "xsub32_i_x", "xstore32le_mem_v", "br_if32_x"],  // 0.04 %
  ["xload32le_mem_x", "xbor32_i_x", "xstore32le_mem_v"],  // 0.04 %
  ["xstore32le_mem_x", "xload32le_mem"],  // 0.04 %
  ["xstore64le_mem", "xadd32_i", "xadd32_i", "jump"],  // 0.04 %
  ["xload32le_mem", "xshl32_i", "xadd32_x", "xload32le_mem_x", "xload32le_mem", "xload32le_mem"],  // 0.04 %
  ["fconst32", "fadd32_y", "fconst32", "fadd32_y", "fsub32_x", "fadd32_x"],  // 0.04 %
  ["xconst", "xult32_y", "xselect32_c", "xconst", "xult32_x", "xselect32_c"],  // 0.04 %
  ["xmov", "xmov", "xload32le_mem", "bitcast_float_from_int_32_x", "fconst32", "fmul32_y"],  // 0.04 %
  ["xzero", "fneq32", "xselect32_c", "xshl32_i_x", "xband32_i_x", "xbor32_x"],  // 0.04 %
  ["xzero", "fneq32", "xselect32_c", "zext8_x", "xbor32_x", "xstore32le_mem_v"],  // 0.04 %
  ["flteq64_y", "flt64_x", "xband32_x", "br_if_not32_x", "x32_from_f64_u_x", "jump"],  // 0.04 %
  ["xload32le_mem_x", "xadd32_i_x", "xstore32le_mem_v"],  // 0.04 %
  ["br_if_xult64_y", "xload32le_mem", "xadd32_i_x", "xstore32le_mem_v"],  // 0.04 %
  ["wcontext", "xload32le_o32_x", "xload32le_mem", "xload32le_mem", "br_if_xneq32_x"],  // 0.04 %
  ["xshl32_i_x", "xadd32_x", "xload32le_mem_x", "xstore32le_mem_v"],  // 0.04 %
  ["xload32le_mem_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.04 %
  ["xadd32_i", "xload8_u32_mem_x", "xneq32_x"],  // 0.04 %
  ["xload32le_mem_x", "xstore32le_mem_v"],  // 0.03 %
  ["xadd32_i", "xadd32_i", "xload32le_mem_x", "xsub32_y", "xbor32_x", "xband32_i_x"],  // 0.03 %
  ["xload32le_mem", "xstore32le_mem_v", "xload32le_mem"],  // 0.03 %
  ["xstore32le_mem_v", "xzero", "jump"],  // 0.03 %
  ["flteq64_y", "xselect32_c", "flt64_y", "xselect32_c", "xstore8_mem_v"],  // 0.03 %
  ["xadd32_i", "xload8_u32_mem_x", "f64_from_x32_u_x", "fmul64_y", "fadd64_x"],  // 0.03 %
  [
    "xload64le_mem", "xstore64le_mem_v", "xload64le_mem", "xstore64le_mem_v", "xload32le_mem",
    "br_if_xult32_i_x",
  ],  // 0.03 %
  ["f32_from_x32_u_x", "fmul32_x", "fstore32le_mem_v", "xadd32_i", "xshr32_u_i", "zext8_x"],  // 0.03 %
  ["f32_from_x32_u_x", "fmul32_x", "fstore32le_mem_v", "xshr32_u_i", "zext8_x"],  // 0.03 %
  ["xstore32le_mem_x", "xstore32le_mem", "xstore32le_mem"],  // 0.03 %
  ["xload32le_mem", "xload32le_mem", "xsub32_y", "xshr32_s_i_x"],  // 0.03 %
  ["xload64le_mem", "xstore64le_mem_v", "xadd32_i", "xadd32_i", "xsub32_i", "br_if32_x"],  // 0.03 %
  ["xshl32_i_x", "xbor32_i_x", "br_if_xulteq32_y"],  // 0.03 %
  ["br_if_xugteq32_i", "zext32", "wcontext", "xload64le_o32_x"],  // 0.03 %
  ["xload32le_mem", "xload32le_mem", "xload32le_mem"],  // 0.03 %
  ["xzero", "xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.03 %
  ["xadd32", "xadd32", "xsub32_i", "br_if32_x"],  // 0.03 %
  ["fconst32", "xconst"],  // 0.03 %
  ["xadd32_i", "xload16le_u32_mem_x", "xadd32_i", "xload16le_u32_mem_x"],  // 0.03 %
  ["xadd32_i_x", "xload8_u32_mem_x", "xmov", "xzero", "xconst"],  // 0.03 %
  ["xload64le_mem", "xload64le_mem", "xstore64le_mem_v", "xstore64le_mem"],  // 0.03 %
  ["xadd32_x", "xadd32", "xadd32_x", "xadd32_i", "xload8_u32_mem_x"],  // 0.03 %
  ["zext32_x", "xstore64le_mem_v", "xadd32_i", "xadd32_i", "xadd32_i", "jump"],  // 0.03 %
  ["xload16le_u32_mem_x", "xload16le_u32_mem", "xadd32_x"],  // 0.03 %
  ["xload32le_mem_x", "xshl32_i", "xadd32_x", "xload32le_mem_x"],  // 0.03 %
  ["xadd32_i", "xload32le_mem_x", "br_if_xulteq32_x"],  // 0.03 %
  ["zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x", "br_if_xneq32_i_x"],  // 0.03 %
  ["zext32", "zext32", "zext32", "wcontext", "xload64le_o32_x"],  // 0.03 %
  ["xshr32_u_i", "xband32_i_x", "xadd32_x", "xload32le_mem_x", "xshr32_u_x"],  // 0.03 %
  ["xadd32_x", "xadd32", "xload32le_mem_x", "xshl32_i_x"],  // 0.03 %
  ["xadd32_x", "xadd32_i_x", "xload32le_mem_x", "br_if_xult32_i_x"],  // 0.03 %
  ["xload8_u32_mem", "xband32_i_x", "br_if_not32_x"],  // 0.03 %
  ["zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xstore8_o32_x", "xadd32_i"],  // 0.03 %
  ["xadd32_i", "xload8_u32_mem_x", "xbor32_x", "xmul32_i_x", "xshr32_u_i_x", "xband32_i_x"],  // 0.03 %
  ["xadd32_i", "xload8_u32_mem_x", "xshl32_i_x", "xload8_u32_mem", "xshl32_i_x", "xbor32_x"],  // 0.03 %
  ["zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x", "xadd32_i"],  // 0.03 %
  ["xload32le_mem", "xload32le_mem", "xsub32_y", "xshr32_s_i_x", "br_if_xulteq32_x"],  // 0.03 %
  [
    "bitcast_int_from_float_32_x", "bitcast_int_from_float_32", "xbxor32_x", "fconst32", "fconst32",
  ],  // 0.03 %
  ["flt32", "fselect32_c", "bitcast_int_from_float_32_x", "xband32_x", "xbxor32_x"],  // 0.03 %
  ["flt32_x", "fselect32_c", "bitcast_int_from_float_32_x", "xband32_x", "xbxor32_x"],  // 0.03 %
  ["xshl32_i", "xshr32_u_i", "xbor32_x"],  // 0.03 %
  [
    "br_if_not32_x", "xload32le_mem", "wcontext", "xload32le_o32_x", "xsub32_i_x",
    "xstore32le_o32_v",
  ],  // 0.03 %
  ["xzero", "fneq32", "xselect32_c", "xshl32_i_x", "xband32_i_x"],  // 0.03 %
  ["xzero", "fneq32", "xselect32_c", "xshl32_i_x", "xbor32_x"],  // 0.03 %
  ["br_if_xugteq32_i_x", "zext32_x", "wcontext", "xload64le_o32_x"],  // 0.03 %
  ["xadd32_i", "xstore32le_o32_v"],  // 0.03 %
  ["xload32le_mem_x", "xsub32_i_x", "xstore32le_mem_v", "br_if32"],  // 0.03 %
  ["zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload8_u32_o32_x"],  // 0.03 %
  ["xmul32", "xadd32_i_x", "wret_in_place_x"],  // 0.03 %
  ["xload32le_mem", "xshl32_i", "xadd32_x", "xload32le_mem_x", "xadd32_i", "xstore32le_mem_v"],  // 0.03 %
  ["xadd32_i", "xmov", "xmov", "jump"],  // 0.03 %
  ["xmov", "wcontext", "xzero", "xzero"],  // 0.03 %
  ["xzero", "xload32le_mem_x", "xshr32_u_i_x", "xband32_i_x", "xband32_i", "br_if32_x"],  // 0.03 %
  ["xzero", "xadd32_i", "wcontext", "xstore32le_o32_x", "xband32_i", "wret_in_place_x"],  // 0.03 %
  ["xstore64le_mem", "xload64le_mem", "xstore64le_mem_v"],  // 0.03 %
  [
    "xstore32le_mem_x", "xload8_u32_mem", "xstore32le_mem_v", "br_if_xsgteq32_i_x", "xadd32_i",
    "xstore32le_mem_v",
  ],  // 0.03 %
  ["br_if_xugteq32_i", "zext32", "xshl64_i_x", "xadd64_x", "xload64le_o32_x"],  // 0.03 %
  [
    "xload32le_mem", "xload32le_mem", "br_if_xugteq32_i_x", "zext32_x", "wcontext",
    "xload64le_o32_x",
  ],  // 0.03 %
  ["xband32", "xzero", "xeq32_x", "xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.03 %
  ["xconst", "xrotl32_x", "xband32_x", "xconst", "xstore32le_mem_x", "jump"],  // 0.03 %
  ["xconst", "xshl32_x"],  // 0.03 %
  ["xzero", "xstore64le_mem_v"],  // 0.03 %
  ["xadd32_i", "xstore16le_mem_x", "xadd32_i", "xstore16le_mem_x"],  // 0.03 %
  ["xconst", "xshl32_x", "xshr32_u_i", "xband32_i_x", "br_if_not32"],  // 0.03 %
  ["xstore32le_mem_v", "br_if_not32_x"],  // 0.03 %
  ["xadd32", "xconst", "xdiv32_s_y"],  // 0.03 %
  ["xadd32_i", "xload16le_u32_mem_x", "xshl32_i_x", "xband32_i_x", "xbor32_x", "xload8_u32_mem"],  // 0.03 %
  ["xload16le_u32_mem_x", "xshl32_i_x", "xadd32_i", "xload8_u32_mem_x", "xshl32_i_x", "xbor32_x"],  // 0.03 %
  ["xmov_x", "xconst64", "xband64_x", "xconst64"],  // 0.03 %
  ["xshl32_i", "xload32le_mem_x", "br_if32_x"],  // 0.03 %
  ["xload64le_mem", "xstore64le_mem_v"],  // 0.03 %
  ["xselect32_x", "flt64_y", "xselect32_c", "xstore8_mem_v"],  // 0.03 %
  ["xconst", "xload32le_mem_x", "xsub32", "br_if_xult32_i_x"],  // 0.03 %
  ["xload32le_mem_x", "xload32le_mem"],  // 0.03 %
  [
    "xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xload32le_mem", "xload32le_mem",
    "br_if_xslt32_y",
  ],  // 0.03 %
  [
    "xload64le_mem", "xstore64le_mem_v", "xload64le_mem", "xstore64le_mem_v", "xload64le_mem",
    "xstore64le_mem_v",
  ],  // 0.03 %
  ["xload64le_o32_x", "xconst", "xmax32_u_x"],  // 0.03 %
  ["xband32_i_x", "wret_in_place_x"],  // 0.03 %
  ["xadd32_i_x", "zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xstore32le_o32_x"],  // 0.03 %
  ["xbor32_i", "xband32_x", "wret_in_place_x"],  // 0.03 %
  ["xload32le_mem", "xload8_s32_mem", "xzero", "xslt32_y", "xselect32_c"],  // 0.02 %
  ["xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xload8_u32_mem"],  // 0.02 %
  ["xshr32_u_i", "xbxor32_x", "xadd32_x", "xsub32_y"],  // 0.02 %
  ["xload32le_mem_x", "br_if_xugteq32_i_x", "zext32_x", "wcontext", "xload64le_o32_x"],  // 0.02 %
  ["xstore8_mem_v", "zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x"],  // 0.02 %
  ["xadd32_i", "xzero", "fconst32"],  // 0.02 %
  ["xload8_u32_mem", "xband32_i_x", "br_if32_x"],  // 0.02 %
  ["wcontext", "xload32le_o32_x", "xload32le_o32", "xload64le_o32"],  // 0.02 %
  ["xload8_u32_mem", "xconst", "xshl32_x", "xstore32le_mem_v"],  // 0.02 %
  ["xload32le_mem", "xconst", "xmadd32_x", "jump"],  // 0.02 %
  ["xsub32_i", "xload64le_mem_x", "xsub32_i", "xload64le_mem_x", "xbor64_x"],  // 0.02 %
  ["br_if_xugt32_i", "jump"],  // 0.02 %
  ["xsub32_i", "xload64le_mem_x", "xconst64"],  // 0.02 %
  ["br_if32", "xzero", "xload32le_mem_x"],  // 0.02 %
  ["xstore32le_mem", "xzero"],  // 0.02 %
  ["xstore32le_mem_v", "xadd32_i", "xload32le_mem_x"],  // 0.02 %
  ["br_if_xugt32_i", "xband32_i", "br_if32_x", "xmov", "xband32_i_x", "br_if32_x"],  // 0.02 %
  ["br_if_not32_x", "xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xadd32_i", "xstore32le_mem_v", "xload32le_mem", "xadd32_x", "xconst", "xstore8_mem_v"],  // 0.02 %
  ["xstore32le_mem", "xload32le_mem"],  // 0.02 %
  ["br_if_not32_x", "xload32le_mem_x", "br_if_xslt32_i_x"],  // 0.02 %
  ["xmax32_u_x", "xconst", "xconst", "xult32", "xselect32_c"],  // 0.02 %
  ["xload64le_mem", "xstore64le_mem_v", "xload64le_mem", "xstore64le_mem_v"],  // 0.02 %
  ["xadd32_i", "wcontext", "xstore32le_o32_x", "xband32_i", "wret_in_place_x"],  // 0.02 %
  ["xmul32_i", "xadd32_i_x", "xshr32_u_i_x", "xband32_i", "xselect32_c", "xadd32_x"],  // 0.02 %
  ["xload32le_mem", "xadd32_x", "xload32le_mem", "xshr32_u_i_x", "br_if_not32_x"],  // 0.02 %
  [
    "xload32le_mem", "xload32le_mem", "br_if_xeq32_x", "br_if_xulteq32_x", "xload32le_mem",
    "xadd32_x",
  ],  // 0.02 %
  ["f32_from_x32_u_x", "fmul32_x", "fstore32le_mem_v", "zext8"],  // 0.02 %
  ["xshr32_u_i", "xclz32_x", "xconst", "xsub32_x", "xshr32_u_y", "xband32_i_x"],  // 0.02 %
  ["xload32le_mem", "xconst", "xmadd32_x"],  // 0.02 %
  ["xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xstore8_mem"],  // 0.02 %
  ["xstore32le_mem", "xload32le_mem", "xstore32le_mem", "br_if_not32_x"],  // 0.02 %
  ["xload32le_mem", "xload32le_mem", "xsub32_y"],  // 0.02 %
  ["br_if_xugt32_w_x", "xadd32_i", "br_if_xugt32_i_x", "xadd32", "xadd32_i_x", "xload64le_mem_x"],  // 0.02 %
  ["xadd32_i", "xload32le_mem", "xload32le_mem", "br_if_xneq32_x"],  // 0.02 %
  ["br_if_not32_x", "xload32le_mem", "wcall0"],  // 0.02 %
  ["xshl32_i_x", "xadd32_x", "xload32le_mem_x", "xbor32_x", "xstore32le_mem_v"],  // 0.02 %
  ["xload32le_mem", "xload32le_mem", "br_if_xulteq32_x"],  // 0.02 %
  ["xstore32le_mem", "xstore32le_mem", "xstore32le_mem", "xstore32le_mem", "br_if_xulteq32_x"],  // 0.02 %
  [
    "xrem32_u_x", "xshl32_i_x", "xadd32_x", "xload32le_mem_x", "xstore32le_mem_v", "xstore32le_mem",
  ],  // 0.02 %
  ["xload32le_mem", "xshr32_u_i_x", "zext8_x", "xsub32_i_x"],  // 0.02 %
  [
    "xstore32le_mem_v", "xload32le_mem", "xadd32_i_x", "xload32le_mem", "xstore32le_mem",
    "br_if_xslt32_y",
  ],  // 0.02 %
  ["xadd32_i", "xload8_u32_mem_x", "f64_from_x32_u_x", "fdiv64_x", "fdiv64_y", "fadd64_x"],  // 0.02 %
  ["xsub32", "xshr32_s_i_x", "xrem32_u_y"],  // 0.02 %
  [
    "xshr32_u_x", "xstore32le_mem_v", "xload32le_mem", "xsub32_x", "xstore32le_mem_v",
    "xload8_u32_mem",
  ],  // 0.02 %
  ["xmov_x", "xload32le_mem", "xload32le_mem", "xsub32_y", "xshr32_s_i_x"],  // 0.02 %
  [
    "xstore32le_mem_v", "br_if_xslt32_i_x", "xload32le_mem", "xshl32_i", "xadd32_x",
    "xstore32le_mem_v",
  ],  // 0.02 %
  ["xstore8_mem_v", "br_if_xult32"],  // 0.02 %
  ["xadd32", "xadd32_i_x", "xload8_s32_mem_x", "xstore32le_mem_v", "xadd32_i"],  // 0.02 %
  ["xzero", "xload32le_mem_x", "xadd32_i_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xload16le_u32_mem", "br_if_xeq32_i_x"],  // 0.02 %
  ["xload16le_u32_mem", "xshl32_i_x"],  // 0.02 %
  ["xconst", "xload32le_mem_x", "xload32le_mem", "xsub32_y", "xshr32_s_i_x", "br_if_xulteq32_x"],  // 0.02 %
  ["xstore32le_mem_v", "xload32le_mem", "xload32le_mem", "xshl32_i_x", "xadd32_x"],  // 0.02 %
  ["xload8_u32_mem", "xshl32_x", "xadd32_x", "xstore32le_mem_v", "xadd32_i", "xstore32le_mem_v"],  // 0.02 %
  ["xload32le_mem", "xsub32_y", "xconst", "xdiv32_s_y", "xsub32_i_x", "xstore32le_mem_v"],  // 0.02 %
  ["xload32le_mem", "xsub32_i_x", "xstore32le_mem_v"],  // 0.02 %
  ["xstore32le_mem", "xstore32le_mem", "xstore32le_mem"],  // 0.02 %
  ["xadd32", "xbor32_i", "xstore32le_mem_v"],  // 0.02 %
  ["xadd32_i", "xmul32_i", "xadd32_i_x", "xshr32_u_i_x", "xstore8_mem_v", "xadd32_i"],  // 0.02 %
  ["xload32le_mem", "xbxor32_x", "xsub32_y", "xbor32_x", "xband32_i_x"],  // 0.02 %
  ["br_if_not32", "xzero", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xload32le_mem", "br_if_xugteq32_i_x", "xmov", "jump"],  // 0.02 %
  ["xstore32le_mem", "xload32le_mem", "xbor32_i_x", "xstore32le_mem_v"],  // 0.02 %
  ["xload32le_mem", "br_if_not32_x", "xmov_x", "jump"],  // 0.02 %
  ["xadd32_i", "xadd32", "xload32le_mem_x", "xadd32", "xload32le_mem_x"],  // 0.02 %
  ["xadd32_x", "xload64le_mem_x", "xconst64"],  // 0.02 %
  ["xmul32_i", "xsub32_i_x", "xstore32le_mem_v", "xmul32_i", "xadd32_i_x", "xstore32le_mem_v"],  // 0.02 %
  ["xload32le_mem", "xzero", "xstore32le_mem_v"],  // 0.02 %
  ["xload64le_mem", "xshr64_u_i_x", "br_if_not32"],  // 0.02 %
  ["xconst", "xload32le_mem_x", "xsub32_i_x", "xconst", "xselect32_y", "xstore32le_mem_v"],  // 0.02 %
  ["xadd32_i", "xstore32le_mem_v", "br_if_xneq32_x"],  // 0.02 %
  ["xmov", "xmov", "fconst64", "xconst", "xzero"],  // 0.02 %
  ["xadd32_i_x", "xstore32le_mem_x"],  // 0.02 %
  ["xadd32_i", "xstore32le_mem_v", "xadd32_i", "xstore32le_mem_v", "br_if_xulteq32"],  // 0.02 %
  ["fadd32_y", "fstore32le_mem_v", "fsub32", "fmul32_y"],  // 0.02 %
  ["fmul64_x", "fload64le_mem", "fadd64_y", "fstore64le_mem_v", "xadd32_i", "br_if_xneq32_x"],  // 0.02 %
  ["xsub32_i_x", "xstore32le_mem_x", "xload32le_mem", "xadd32_i_x", "xstore32le_mem_v"],  // 0.02 %
  ["xmov", "xmov", "wcontext", "xload32le_o32_x"],  // 0.02 %
  ["xload32le_mem", "xload32le_mem", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xshr32_u_y", "zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x"],  // 0.02 %
  ["xmul32_i", "xadd32_i_x", "xshr32_u_i_x", "xstore8_mem_v", "xadd32_i"],  // 0.02 %
  ["xadd32_i", "xadd32_i", "xadd32_i"],  // 0.02 %
  ["zext32_x", "zext32", "xmul64_x", "xshr64_u_i_x", "xsub32_y", "xshr32_u_i_x"],  // 0.02 %
  ["xsub32_i", "xload64le_mem_x", "xsub32_i", "xload64le_mem_x"],  // 0.02 %
  ["xconst", "xload32le_mem_x", "xload32le_mem"],  // 0.02 %
  ["f32_from_x32_u_x", "fmul32_x", "fstore32le_mem_v", "xadd32_i", "xshr32_u_i"],  // 0.02 %
  ["xmul32", "xmadd32_w", "xadd32_i_x", "xband32_i_x", "xshr32_u_i_x", "xstore16le_mem_v"],  // 0.02 %
  ["xstore32le_mem_v", "xload32le_mem", "xsub32_i_x", "xstore32le_mem_v"],  // 0.02 %
  ["xdiv32_u", "xmul32_i_x", "xsub32_y", "xbor32_i_x", "xstore8_mem_v", "xsub32_i"],  // 0.02 %
  [
    "f32_from_x32_u", "fmul32_x", "fstore32le_mem_x_v", "f32_from_x32_u", "fmul32_x",
    "fstore32le_mem_v",
  ],  // 0.02 %
  [
    "xload32le_mem_x", "xload32le_mem", "br_if_xugteq32_i", "zext32", "wcontext", "xload64le_o32_x",
  ],  // 0.02 %
  ["xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xload32le_mem", "xload32le_mem"],  // 0.02 %
  ["xconst", "xshl32_x", "xsub32_i_x", "xstore32le_mem_v", "xload32le_mem", "xstore32le_mem_v"],  // 0.02 %
  [
    "wcontext", "xload32le_o32_x", "xsub32_i_x", "xstore32le_o32_v", "xload32le_mem",
    "br_if_xslt32_i_x",
  ],  // 0.02 %
  ["xstore32le_mem_x", "xadd32_i", "xstore32le_mem_v"],  // 0.02 %
  ["xstore64le_mem_v", "xstore64le_mem", "xadd32_i", "xmov", "xmov", "jump"],  // 0.02 %
  ["xsub32", "xsub32", "br_if_xslteq32_x"],  // 0.02 %
  ["xstore32le_mem_v", "xload32le_mem", "br_if_not32_x"],  // 0.02 %
  ["xadd32", "xadd32_i_x", "xload64le_mem_x", "xbxor64_x", "br_if_xneq64_i_x"],  // 0.02 %
  ["br_if_xult32_i", "xshr32_u_i", "xsub32_i_x", "xband32_i", "br_if_not32_x", "xband32_i"],  // 0.02 %
  ["xload32le_mem", "xstore32le_mem_v", "xadd32_i", "xadd32_i", "br_if_xneq32_x"],  // 0.02 %
  ["xstore32le_mem_v", "xadd32_i", "xadd32_i", "br_if_xneq32_x"],  // 0.02 %
  ["xshr32_u_i", "xshl32_i", "xband32_i", "xadd32_x", "xload32le_mem_x", "br_if_not32_x"],  // 0.02 %
  ["xzero", "xzero"],  // 0.02 %
  ["xadd32_i", "xload8_u32_mem_x", "f64_from_x32_u_x", "fdiv64_x", "fadd64_x"],  // 0.02 %
  ["xload32le_mem", "xadd32_i", "xload32le_mem_x", "br_if_xulteq32_x"],  // 0.02 %
  ["br_if_not32", "xadd32_i", "xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "br_if_xsgt32_i"],  // 0.02 %
  ["br_if_xslt32_i", "xmadd32", "xload32le_mem_x", "br_if_xneq32_x", "br_if32"],  // 0.02 %
  ["xstore32le_mem", "xshl32_i", "xadd32_x", "xstore32le_mem_v", "xstore32le_mem"],  // 0.02 %
  ["xadd32_x", "xadd32_i", "xstore32le_o32_v"],  // 0.02 %
  ["xload32le_mem_x", "xload32le_mem", "br_if_xeq32_x"],  // 0.02 %
  ["xsub32_i", "xload64le_mem_x", "xshr64_u_i_x", "xsub32_i_x"],  // 0.02 %
  ["xband32_x", "xshl32_i_x", "xadd32_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xadd32_x", "xload8_u32_mem_x", "sext8_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xload32le_mem", "xband32_i", "xadd32_x", "xadd32_i_x", "xload32le_mem_x"],  // 0.02 %
  ["xmadd32_w", "br_if_xulteq32_y", "fconst32", "xconst"],  // 0.02 %
  ["xload8_u32_mem", "br_if32_x", "xload32le_mem", "br_if_not32_x"],  // 0.02 %
  ["xload32le_mem", "xstore32le_mem_v", "br_if_not32_x", "xload32le_mem", "xadd32_x"],  // 0.02 %
  ["xstore32le_mem_x", "xadd32_i", "jump"],  // 0.02 %
  ["xmov", "xmov", "wcontext", "xzero", "xzero"],  // 0.02 %
  ["xshr32_u_i", "xband32_i_x", "xadd32_x", "xload32le_mem_x", "xconst", "xshl32_x"],  // 0.02 %
  [
    "xstore32le_mem_x", "br_if_xneq32_i", "xadd32", "xload8_u32_mem_x", "xstore32le_mem_v",
    "xload32le_mem",
  ],  // 0.02 %
  ["xload32le_mem", "xband32_i_x", "br_if_not32_x"],  // 0.02 %
  ["br_if_xugt64_w_x", "zext32"],  // 0.02 %
  ["xconst", "xsub32_x", "zext32_x", "xshl64_y", "xshr64_s_x", "xstore64le_mem_v"],  // 0.02 %
  ["xload32le_mem", "xshl32_i", "xadd32_x", "xload32le_mem_x"],  // 0.02 %
  ["xload32le_mem", "xconst"],  // 0.02 %
  ["xload32le_mem", "xadd32_i_x", "xshl32_i", "xadd32_x", "xload32le_mem_x"],  // 0.02 %
  ["br_if_not32_x", "xload32le_mem", "xload32le_mem", "xload32le_mem", "wcall0"],  // 0.02 %
  ["br_if_xeq64_x", "xstore64le_mem", "xadd32_i", "xadd32_i", "jump"],  // 0.02 %
  ["xstore32le_mem_x", "xload32le_mem", "xsub32_i_x"],  // 0.02 %
  ["xbor32_x", "xstore32le_mem_v", "xadd32_i"],  // 0.02 %
  ["xstore32le_mem_v", "xzero", "xstore64le_mem_v", "xshl32_i", "xadd32_i_x"],  // 0.02 %
  ["xload64le_mem", "xload32le_mem", "xstore32le_mem_v", "xstore64le_mem", "xadd32_i", "jump"],  // 0.02 %
  ["xstore32le_mem_x", "xconst", "xload32le_mem_x"],  // 0.02 %
  ["xstore32le_mem_v", "xstore32le_mem"],  // 0.02 %
  ["xstore8_mem_v", "xadd32_i", "br_if_xeq32_x", "xmov", "jump"],  // 0.02 %
  ["xload32le_mem", "xshl32_i_x", "xadd32_x"],  // 0.02 %
  ["wcontext", "xload32le_o32_x", "br_if_xneq32_x", "xload64le_o32", "xload64le_o32"],  // 0.02 %
  ["xadd32_i", "xload32le_mem"],  // 0.02 %
  ["xbor32_x", "xstore32le_mem_v", "xadd32_i", "xadd32_i", "br_if_xult32_x"],  // 0.02 %
  ["fconst32", "fadd32_y", "fstore32le_mem_v", "fconst32", "fadd32_y", "fstore32le_mem_v"],  // 0.02 %
  ["xstore32le_mem_v", "xload32le_mem", "xstore32le_mem_v"],  // 0.02 %
  ["xload32le_mem", "xload32le_mem", "br_if_xslteq32_x"],  // 0.02 %
  ["xload32le_mem", "xadd32_i", "xstore32le_mem_v", "xsub32_i", "xload64le_mem_x"],  // 0.02 %
  ["xzero", "xneq32_x"],  // 0.02 %
  ["xadd32_i", "xsub32_i", "br_if_xugt32_i_x"],  // 0.02 %
  ["xzero", "xstore32le_mem_v", "xload32le_mem", "br_if_xsgt32_i_x"],  // 0.02 %
  ["br_if_not32_x", "xload32le_mem_x", "xzero", "xstore32le_mem_x"],  // 0.02 %
  [
    "xstore32le_mem_v", "xload32le_mem", "xslt32_x", "xstore32le_mem_v", "xadd32_i",
    "xstore32le_o32_v",
  ],  // 0.02 %
  ["xband32_i", "br_if_not32_x", "xload16le_u32_mem", "xstore16le_mem_v", "xadd32_i", "xadd32_i"],  // 0.02 %
  ["xbor32_x", "br_if32_x"],  // 0.02 %
  ["xsub32_y", "wret_in_place_x"],  // 0.02 %
  ["xzero", "xzero", "xzero"],  // 0.02 %
  ["xstore32le_mem_v", "xzero", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xsub32_i_x"],  // 0.02 %
  ["xshr32_u_i", "zext8_x"],  // 0.02 %
  ["xconst", "xconst", "xconst", "xconst"],  // 0.02 %
  ["br_if32_x", "xadd32_i", "xmov", "xmov", "xmov", "jump"],  // 0.02 %
  [
    "xload8_s32_mem", "xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "xadd32", "br_if_xsgt32_i",
  ],  // 0.02 %
  ["xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.02 %
  ["xmov", "wcontext", "xload32le_o32_x"],  // 0.02 %
  ["xstore32le_mem_x", "xconst", "xsub32_x", "xshl32_i", "xbor32_x", "xstore32le_mem_v"],  // 0.02 %
  ["fmul64_x", "fload64le_mem", "fadd64_y", "fstore64le_mem_v", "fload64le_mem"],  // 0.02 %
  ["xstore32le_mem_v", "br_if32_x"],  // 0.02 %
  ["xzero", "fneq32", "xselect32_c"],  // 0.02 %
  [
    "br_if_xulteq32_x", "xconst", "xstore32le_mem_v", "xload32le_mem", "xstore32le_mem",
    "xstore32le_mem",
  ],  // 0.02 %
  ["xadd32_i", "xload16le_u32_mem", "xshl32_i_x", "xadd32_x", "xload32le_mem_x"],  // 0.01 %
  ["xload8_u32_mem_x", "xband32_i_x", "br_if32_x"],  // 0.01 %
  ["xload32le_mem", "xconst", "xstore32le_mem_v", "xadd32_i"],  // 0.01 %
  ["xadd32_i", "xload8_u32_mem", "xadd32_i", "br_if32"],  // 0.01 %
  ["xband32_x", "xbxor32_x", "bitcast_float_from_int_32_x"],  // 0.01 %
  ["xmul32_x", "xsub32_y", "xshl32_i_x", "xadd32_x", "xload32le_mem_x"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload32le_mem_x", "xshl32_i", "xadd32_x", "xload32le_mem_x"],  // 0.01 %
  ["br_if_xugt64_w_x", "xslt32", "zext8_x", "xconst64", "xbor64_x"],  // 0.01 %
  ["xload32le_mem", "xload32le_mem", "xload32le_mem", "wcall0"],  // 0.01 %
  ["xshl32_i_x", "xadd32_x", "xstore32le_mem_v"],  // 0.01 %
  ["xstore32le_mem_v", "xadd32_i", "br_if32_x"],  // 0.01 %
  ["xload8_u32_mem", "xstore8_mem_v", "xsub32_i", "xadd32_i", "xadd32_i"],  // 0.01 %
  ["xadd32_x", "xsub32_i_x", "xload32le_mem_x", "br_if_xult32_i_x"],  // 0.01 %
  ["f32_from_x32_u", "fmul32_x", "fstore32le_mem_x_v"],  // 0.01 %
  ["xadd32_i", "xmul32_i", "xadd32_i_x", "xband32_i_x", "xshr32_u_i_x", "xstore16le_mem_v"],  // 0.01 %
  ["xstore32le_mem_v", "xconst"],  // 0.01 %
  ["xadd32_i", "xadd32_i", "fload64le_mem_x", "fstore64le_mem_v"],  // 0.01 %
  ["wcontext", "xstore32le_o32_x", "xadd32_i", "xstore32le_o32_v"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload32le_mem_x", "xload32le_mem", "xconst", "jump"],  // 0.01 %
  ["br_if_xugt32_i", "xband32_i", "xadd32_i_x", "xconst", "xload32le_mem_x", "xshr32_u_i"],  // 0.01 %
  ["xstore32le_mem", "xstore32le_mem"],  // 0.01 %
  [
    "xload32le_mem", "xsub32_x", "xsub32_i_x", "xstore32le_mem_v", "xload32le_mem", "xload32le_mem",
  ],  // 0.01 %
  ["xadd32_i_x", "xstore32le_mem_v", "xload32le_mem", "xadd32_x", "xconst", "xstore8_mem_v"],  // 0.01 %
  ["xconst", "xstore32le_mem_x"],  // 0.01 %
  ["xshl32_i", "zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload16le_u32_o32_x"],  // 0.01 %
  ["xshl32_i", "xbxor32_x", "xadd32_x", "xsub32_y"],  // 0.01 %
  ["xload32le_mem", "xshl32_i", "xadd32_x", "xload32le_mem_x", "xstore32le_mem"],  // 0.01 %
  ["xadd32", "xstore32le_mem_v", "xadd32_i", "xstore32le_mem_v", "xstore32le_mem", "br_if_not32"],  // 0.01 %
  ["xconst", "xmadd32_x"],  // 0.01 %
  ["xadd32", "xstore32le_mem_x", "xstore32le_mem", "xadd32", "xstore32le_mem_x"],  // 0.01 %
  ["xload32le_mem", "xload32le_mem", "xload32le_mem", "xadd32_i", "wcall0"],  // 0.01 %
  ["xband32_i", "xadd32_x", "xload32le_mem", "br_if_xugt32_i", "xload32le_mem", "br_if_xneq32_x"],  // 0.01 %
  ["xload32le_mem", "xstore32le_mem_v", "xload64le_mem", "xstore64le_mem_v"],  // 0.01 %
  ["xload16le_u32_mem", "br_if_xneq32_i_x"],  // 0.01 %
  ["br_if_xeq32_w_x", "xadd32_i_x", "xstore32le_mem_v"],  // 0.01 %
  ["xload32le_mem", "xshl32_i", "xadd32_x"],  // 0.01 %
  ["xsub32_i", "xload64le_mem_x", "xstore64le_mem_v", "xconst64"],  // 0.01 %
  ["br_if_xneq32_w_x", "xadd32_i", "xsub32_i", "br_if_xugt32_i_x"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xstore32le_mem_x"],  // 0.01 %
  ["xadd32_i", "xadd32_i", "xload8_u32_mem_x", "f32_from_x32_u_x", "fmul32_x", "fstore32le_mem_v"],  // 0.01 %
  ["xload32le_mem_x", "xsub32_i", "xload32le_mem_x", "xsub32_i", "xload32le_mem_x", "xmadd32_w"],  // 0.01 %
  ["xmadd32_x", "xmadd32_x", "xmadd32_x", "xadd32_i", "xadd32_i", "br_if_xneq32_x"],  // 0.01 %
  ["xadd32_i", "xshl32_i", "zext32_x", "xadd64_i_x", "br_if_xult64_y", "jump"],  // 0.01 %
  ["zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload8_u32_o32_x"],  // 0.01 %
  ["xload32le_mem", "xsub32_y", "xconst", "xload32le_mem_x"],  // 0.01 %
  ["xadd32_i", "wcontext", "xstore32le_o32_x", "xzero", "wret_in_place_x"],  // 0.01 %
  ["xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "br_if_xslt32_i_x"],  // 0.01 %
  ["xload32le_mem_x", "xband32_x"],  // 0.01 %
  ["xload64le_mem", "br_if_xult64_x"],  // 0.01 %
  ["xstore8_mem_v", "xadd32_i", "br_if32_x"],  // 0.01 %
  ["xmul32_i", "xadd32_i_x", "xshr32_u_i_x"],  // 0.01 %
  ["xadd32_i", "xadd32_i", "br_if_xneq32_i_x"],  // 0.01 %
  ["xshl32_i_x", "xadd32_x", "xload32le_mem_x", "br_if_not32_x"],  // 0.01 %
  ["xsub32_i", "xload32le_mem_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.01 %
  ["xband32_i_x", "br_if_xneq32_i"],  // 0.01 %
  ["xmin32_s", "br_if_xsgteq32_i_x"],  // 0.01 %
  ["xzero", "xstore32le_mem_v", "xconst", "xstore32le_mem_v"],  // 0.01 %
  ["xstore32le_mem_v", "jump"],  // 0.01 %
  ["xload32le_mem", "xsub32_y", "xshr32_s_i_x", "br_if_xult32_y"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload32le_mem_x", "xload32le_mem", "xconst"],  // 0.01 %
  ["br_if_xult32_y", "xadd32", "xconst", "xload32le_mem_x"],  // 0.01 %
  ["xadd32_x", "xadd32", "xadd32_x", "xadd32_i", "xsub32_i", "br_if32_x"],  // 0.01 %
  ["xload32le_mem_x", "xshr32_u_i_x", "xband32_i_x"],  // 0.01 %
  ["xadd32_i_x", "xload8_u32_mem_x", "xstore8_mem_v", "xadd32_i", "xslt32", "xselect32_c"],  // 0.01 %
  ["xload32le_mem_x", "xband32_i_x", "xstore32le_mem_v"],  // 0.01 %
  ["xshr32_u_i_x", "xband32_i_x", "xadd32_x", "xload32le_mem_x"],  // 0.01 %
  ["xload32le_mem", "xload32le_mem", "xload32le_mem", "xload32le_mem"],  // 0.01 %
  ["xadd32_x", "xstore8_mem_v", "xadd32_i", "br_if_xeq32_x", "xmov", "jump"],  // 0.01 %
  ["xadd32_i", "xload8_u32_mem_x", "f64_from_x32_u_x", "fdiv64_x"],  // 0.01 %
  ["xload32le_mem", "xstore32le_mem_v", "xload32le_mem", "xstore32le_mem_v", "br_if_not32_x"],  // 0.01 %
  ["xadd32", "xstore32le_mem_v", "xadd32", "xstore32le_mem_v"],  // 0.01 %
  ["xload32le_mem", "br_if_not32_x", "xstore32le_mem_v", "xload32le_mem", "xsub32_x"],  // 0.01 %
  ["xload32le_mem", "xload32le_mem", "xult32_y", "xband32_i_x", "br_if32_x"],  // 0.01 %
  ["br_if_xslteq32_x", "xsub32", "xsub32", "br_if_xslteq32_x"],  // 0.01 %
  ["xstore32le_mem_v", "xstore32le_mem", "xstore32le_mem"],  // 0.01 %
  ["xstore32le_mem_v", "xload32le_mem", "br_if_xslt32_i_x", "xload32le_mem", "br_if_xneq32_i_x"],  // 0.01 %
  ["xshl32_i", "fstore64le_mem_x_v", "xadd32_i", "xadd32", "xadd32_i", "xadd32_i"],  // 0.01 %
  ["xstore32le_mem_x", "xconst", "xload32le_mem_x", "xload32le_mem"],  // 0.01 %
  ["xband32_i", "br_if_not32_x", "xload8_u32_mem", "xstore8_mem_v"],  // 0.01 %
  ["xshr32_u_i", "xband32_i_x", "xadd32_x", "xload32le_mem_x"],  // 0.01 %
  ["xmul32_x", "xadd32_i_x", "xband32_i_x", "xshr32_u_i_x", "xadd32_x", "xstore16le_mem_v"],  // 0.01 %
  ["zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x"],  // 0.01 %
  ["xadd32", "xstore32le_mem_x", "xbor32_i", "xstore32le_mem_v", "br_if_xneq32"],  // 0.01 %
  ["xload16le_u32_mem", "xadd32_i", "xstore32le_mem_v", "xshl32_i", "xsub32_y", "xsub32_i_x"],  // 0.01 %
  ["xshl32_i_x", "xadd32_x", "xstore64le_mem_x", "xadd32_i_x", "xadd32_i", "jump"],  // 0.01 %
  ["xload64le_mem_x", "xsub32_i", "xload64le_mem_x", "xzero", "xmov", "xmov"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload32le_mem", "xload32le_mem", "br_if_xneq32_x"],  // 0.01 %
  ["xshl32_i", "xadd32_i_x", "xload32le_mem_x", "zext32_x", "zext32", "xband64_x"],  // 0.01 %
  ["xstore32le_mem_v", "br_if_xulteq32", "xload32le_mem", "xband32_i_x", "br_if_not32_x", "jump"],  // 0.01 %
  ["xmul32_i", "xadd32_i_x", "xstore32le_mem_v"],  // 0.01 %
  ["xload32le_mem_x", "xsub32_i_x", "xstore32le_mem_v"],  // 0.01 %
  ["xshl32_i", "fstore64le_mem_x_v", "br_if_xeq32", "xmov", "xadd32_i_x", "br_if32"],  // 0.01 %
  ["xload32le_mem", "xadd32_x", "xstore32le_mem_v"],  // 0.01 %
  [
    "xload32le_mem", "br_if_xugteq32_i_x", "xload32le_mem", "xadd32_i_x", "xstore32le_mem_v",
    "xload32le_mem",
  ],  // 0.01 %
  ["xzero", "xstore32le_mem_x"],  // 0.01 %
  [
    "xstore32le_mem_v", "xstore32le_mem", "xstore32le_mem", "xload32le_mem", "xload32le_mem",
    "xmin32_s_x",
  ],  // 0.01 %
  [
    "br_if_xneq32_i", "xload32le_mem", "xmul32_i_x", "xload32le_mem", "xshl32_i_x",
    "br_if_xult32_x",
  ],  // 0.01 %
  ["xload32le_mem_x", "xband32_i_x", "br_if_not32_x"],  // 0.01 %
  ["xmov", "xload32le_mem_x", "xadd32_i_x", "xload8_u32_mem", "br_if32_x"],  // 0.01 %
  [
    "xbxor32_x", "xstore32le_mem_v", "xsub32_i", "xstore32le_mem_v", "xload32le_mem",
    "br_if_xsgt32_i_x",
  ],  // 0.01 %
  [
    "xload32le_mem", "xmul32_i_x", "xload32le_mem", "xadd32_i_x", "xstore32le_mem_v",
    "xload8_u32_mem",
  ],  // 0.01 %
  ["xconst", "xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.01 %
  ["xload32le_mem", "xsub32_x", "xshr32_s_i_x"],  // 0.01 %
  ["xsub32", "xshr32_s_i_x", "br_if_xult32_x", "xload32le_mem", "jump"],  // 0.01 %
  ["xconst", "xload32le_mem_x", "xconst", "xshl32_x"],  // 0.01 %
  ["xmul32_i", "xsub32_i_x", "xshr32_u_i_x", "xstore8_mem_v", "xadd32_i"],  // 0.01 %
  ["xstore8_mem_v", "xadd32_i", "xmul32_i", "xadd32_i_x", "xshr32_u_i_x"],  // 0.01 %
  ["xload32le_mem", "xshl32_i", "xadd32_x", "xload32le_mem_x", "br_if_not32_x"],  // 0.01 %
  ["xload32le_mem", "xstore32le_mem_v", "xload32le_mem", "xstore32le_mem_v"],  // 0.01 %
  ["xstore32le_mem_x", "xsub32_i_x", "xstore32le_o32_v"],  // 0.01 %
  ["xload8_s32_mem", "xzero", "xslt32_y", "xconst", "xselect32_y"],  // 0.01 %
  ["xconst", "xsub32_x"],  // 0.01 %
  ["xmul32", "xadd32_i_x", "xband32_i_x", "xshr32_u_i_x", "xstore16le_mem_v"],  // 0.01 %
  ["xload32le_mem_x", "xadd32_x", "xstore32le_mem_v"],  // 0.01 %
  ["xload32le_mem_x", "xadd32_i_x", "xstore32le_mem_v", "xshl32_i", "xadd32_x"],  // 0.01 %
  ["zext32", "zext32", "wcontext", "xload64le_o32_x"],  // 0.01 %
  ["xsub32_i_x", "xstore32le_mem_v", "br_if32_x"],  // 0.01 %
  ["xconst", "xeq32_x", "xselect32_c"],  // 0.01 %
  ["xmov", "xload32le_mem", "xband32_i_x", "xsub32_i_x"],  // 0.01 %
  ["xconst", "xult32_y", "wret_in_place_x"],  // 0.01 %
  [
    "xload32le_mem", "xadd32_i_x", "xload32le_mem", "xstore32le_mem_v", "xload32le_mem",
    "xstore32le_mem_v",
  ],  // 0.01 %
  ["xbxor32", "xbxor32_x", "xbxor32_x", "wret_in_place_x"],  // 0.01 %
  ["xload16le_u32_mem", "xsub32_i_x"],  // 0.01 %
  ["xstore32le_mem_v", "xload32le_mem", "xload32le_mem"],  // 0.01 %
  ["xsub32_i", "zext32_x", "xstore64le_mem_v", "xadd32_i", "xadd32_i"],  // 0.01 %
  ["xload32le_mem", "xadd32_i", "xstore32le_mem_v"],  // 0.01 %
  ["xadd32_i", "xload32le_mem_x", "br_if_xslt32_i_x", "br_if_xslteq32_y", "xload32le_mem"],  // 0.01 %
  ["br_if_not32", "xload32le_mem", "xadd32_x", "zext32", "zext32", "zext32"],  // 0.01 %
  ["br_if_xeq64_i_x", "xctz64_x", "xshr32_u_i_x", "xadd32_x", "xsub32_i_x", "xstore32le_mem_v"],  // 0.01 %
  ["br_if_xult32_i_x", "xadd32_i", "xadd32_i", "xsub32_y", "xband32_i_x", "xneg32_x"],  // 0.01 %
  ["xload32le_mem", "br_if_not32_x", "xload32le_mem"],  // 0.01 %
  ["fload32le_mem", "fload32le_mem", "fload32le_mem", "fload32le_mem", "fmaximum32_x"],  // 0.01 %
  ["xmov", "wcontext", "xload32le_o32_x", "xsub32_i_x"],  // 0.01 %
  ["xadd32", "xload8_u32_mem_x", "xsub32_i_x"],  // 0.01 %
  ["xzero", "xzero", "xconst"],  // 0.01 %
  ["xadd32_i", "xadd32_i", "wcall0"],  // 0.01 %
  ["xload8_u32_mem", "xstore8_mem_v", "xload32le_mem", "xsub32_i_x"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload64le_mem_x", "xstore64le_mem_v"],  // 0.01 %
  ["xsub32_i", "xload64le_mem_x", "xconst", "wcall1"],  // 0.01 %
  ["xload32le_mem_x", "xstore32le_mem_v", "xstore32le_mem"],  // 0.01 %
  ["xshr32_u_i", "xadd32_i_x", "xzero", "xload32le_mem_x", "xconst"],  // 0.01 %
  ["xload64le_o32_x", "xload32le_o32", "xsub32_i_x", "xstore32le_o32_v"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload32le_mem_x", "wcall0"],  // 0.01 %
  ["xadd32_i", "br_if_xneq32_i_x", "xconst", "xsub32_x"],  // 0.01 %
  ["xadd32_x", "xload32le_mem_x", "br_if_not32_x"],  // 0.01 %
  ["br_if_xult64_y", "xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "br_if_xsgt32_i"],  // 0.01 %
  ["xsub32_i", "xsub32_i", "xload32le_mem", "br_if_xult32_y"],  // 0.01 %
  ["xload32le_mem", "xsub32_i_x", "xstore32le_mem_v", "br_if_xsgt32_i"],  // 0.01 %
  ["br_if_xulteq32_y", "xshl32_i_x", "xadd32_x", "xshl32_i", "xadd32_x", "xload32le_mem_x"],  // 0.01 %
  ["xstore32le_mem_v", "xload32le_mem", "br_if32_x"],  // 0.01 %
  [
    "xload32le_mem_x", "xload32le_mem", "xsub32_y", "xshr32_s_i_x", "xadd32_i_x",
    "br_if_xugteq32_w_x",
  ],  // 0.01 %
  ["br_if_xeq32_x", "xload32le_mem", "br_if_xugt32_i", "xload32le_mem", "br_if_xneq32_x"],  // 0.01 %
  ["xstore32le_mem_v", "xload32le_mem", "br_if_xsgt32_i_x"],  // 0.01 %
  ["xsub32_i_x", "xstore32le_mem_v", "xload32le_mem", "xload32le_mem", "br_if_xult32_x"],  // 0.01 %
  ["xload8_u32_mem", "xband32_i_x", "br_if32_x", "xadd32_i", "jump"],  // 0.01 %
  ["fstore32le_mem_x_v", "xadd32_i", "fstore32le_mem_x_v", "xadd32_i"],  // 0.01 %
  ["xconst", "xzero", "xeq32", "xselect32_c", "xshl32_y", "xload32le_mem"],  // 0.01 %
  ["xload32le_mem", "xadd32_x", "xadd32_i_x", "xstore32le_mem_v", "xzero"],  // 0.01 %
  ["xload32le_mem", "xshr32_u_i_x", "br_if_xeq32_i_x"],  // 0.01 %
  ["br_if_xulteq32_x", "br_if_xulteq32_x", "xconst", "xmadd32_x", "xmadd32"],  // 0.01 %
  ["br_if_xslt32_i", "xmadd32", "xload32le_mem_x", "br_if_xeq32_x"],  // 0.01 %
  ["xstore32le_mem_v", "xadd32_i", "jump"],  // 0.01 %
  ["br_if32_x", "xzero", "xload32le_mem_x"],  // 0.01 %
  [
    "xload32le_mem_x", "xstore32le_mem_v", "xload32le_mem", "br_if_xugteq32_i", "zext32",
    "xload64le_o32",
  ],  // 0.01 %
  ["xload32le_mem_x", "xload32le_mem", "br_if_xneq32_x"],  // 0.01 %
  ["xshr32_u_i", "zext32_x", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload8_u32_o32_x"],  // 0.01 %
  ["xadd32_x", "zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xstore32le_o32_x"],  // 0.01 %
  ["xmin32_u_x", "zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xstore32le_o32_x"],  // 0.01 %
  ["br_if_xugt32_i_x", "xconst", "xshl32_x"],  // 0.01 %
  [
    "wcontext", "xload32le_o32_x", "xsub32_i_x", "xstore32le_o32_v", "xload32le_mem",
    "xload32le_mem",
  ],  // 0.01 %
  ["br_if_not32", "br_if_xugteq32_i", "zext32", "wcontext", "xload64le_o32_x"],  // 0.01 %
  ["xadd32_i", "xstore32le_mem_v", "br_if_xulteq32"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xsub32_i_x", "xload64le_mem_x", "xband32_i"],  // 0.01 %
  ["f64_from_x32_s_x", "fdiv64_x", "fstore64le_mem_v", "xadd32_i", "xadd32", "xadd32"],  // 0.01 %
  ["xadd32_i", "xadd32", "f64_from_x32_s_x", "fdiv64_x", "fstore64le_mem_v", "xadd32_i"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload32le_mem_x", "br_if32_x"],  // 0.01 %
  ["xadd32", "xzero", "xstore8_mem_v"],  // 0.01 %
  ["zext32", "xadd64_i_x", "br_if_xult64_y", "xadd64", "xload32le_o32_x", "xsub32_i_x"],  // 0.01 %
  ["xstore32le_mem_x", "xbor32_i", "xstore32le_mem_v", "xadd32_i", "xadd32_i"],  // 0.01 %
  ["xadd32_i", "br_if_xugt32_i_x", "xadd32_i", "xload64le_mem_x"],  // 0.01 %
  ["xadd32_i", "xload64le_mem_x", "xbxor64_x", "br_if_xeq64_i_x"],  // 0.01 %
  ["xconst", "xrotl32_x", "xband32_x"],  // 0.01 %
  ["xadd32_i_x", "xmul32_i", "xadd32_i_x", "xshr32_u_i_x", "xstore8_mem_v", "xadd32_i"],  // 0.01 %
  ["xmul32_i", "xsub32_i_x", "xshr32_u_i_x", "xstore8_mem_v", "xadd32_i", "br_if_xneq32_x"],  // 0.01 %
  ["xstore32le_mem", "jump"],  // 0.01 %
  ["br_if_xugteq32_i_x", "zext32_x", "xload64le_o32"],  // 0.01 %
  ["zext32", "xadd64_i_x", "br_if_xult64_y"],  // 0.01 %
  ["xstore16le_mem_v", "fmul32", "fadd32_x"],  // 0.01 %
  ["xadd32", "xband32_i_x", "zext32_x", "xshl64_y", "xbor64_x"],  // 0.01 %
  ["xload8_u32_mem", "xshl32_i_x", "xadd32_x", "xadd32_i_x", "xload16le_u32_mem_x"],  // 0.01 %
  ["xload32le_mem_x", "xstore32le_mem_v", "br_if32_x"],  // 0.01 %
  ["xadd32", "xadd32_i", "br_if_xeq32", "xmov", "br_if32"],  // 0.01 %
  ["xload32le_mem", "xband32_i_x", "br_if32_x"],  // 0.01 %
  ["xload8_u32_mem", "xstore8_mem_v", "xadd32_i", "xadd32_i", "br_if_xult32_x"],  // 0.01 %
  ["xload32le_mem", "xload32le_mem", "br_if_not32_x"],  // 0.01 %
  ["xadd32_x", "xload32le_mem_x", "xadd32", "xload32le_mem_x", "xbor32_x"],  // 0.01 %
  ["xload32le_mem_x", "xconst", "xload32le_mem_x"],  // 0.01 %
  ["xstore32le_mem", "br_if_not32"],  // 0.01 %
  ["xsub32_i", "xsub32_i", "xsub32_i", "br_if_xsgt32_i_x"],  // 0.01 %
  ["xload16le_u32_mem_x", "xload32le_mem", "xadd32_i_x", "xstore32le_mem_v", "xstore8_mem"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload16le_u32_mem_x"],  // 0.01 %
  ["xstore32le_mem", "xload32le_mem", "xstore32le_mem_v"],  // 0.01 %
  ["xzero", "xconst", "xconst"],  // 0.01 %
  ["xmov", "xconst", "wcall3"],  // 0.01 %
  ["xload64le_mem_x", "xstore64le_mem_v", "xadd32_i", "br_if_xneq32_x"],  // 0.01 %
  ["xmov", "wcontext", "xload32le_o32_x", "xsub32_i_x", "xstore32le_o32_v", "xadd32_i_x"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xadd32_i_x"],  // 0.01 %
  ["xload16le_u32_mem", "xsub32_i_x", "br_if_xugt32_i_x"],  // 0.01 %
  ["xload32le_mem", "br_if_xulteq32_y"],  // 0.01 %
  ["xload32le_mem", "br_if_not32_x", "xmov_x"],  // 0.01 %
  ["xzero", "xeq32_x"],  // 0.01 %
  ["xload64le_mem", "xstore64le_mem_v", "xload32le_mem", "xload32le_mem", "br_if_not32_x"],  // 0.01 %
  ["xbnot32_x", "xband32_x", "xbor32_x", "br_if_xneq32_i"],  // 0.01 %
  ["br_if_not32_x", "xzero", "xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.01 %
  ["xshl32_i", "xsub32_i_x", "sext32_x", "xadd64_x"],  // 0.01 %
  ["xload8_u32_mem_x", "xband32_i_x", "br_if_not32_x"],  // 0.01 %
  ["xadd32_x", "xload8_u32_mem"],  // 0.01 %
  ["xload32le_mem", "br_if_not32_x", "xload32le_mem", "xsub32_i_x", "xstore32le_mem_v"],  // 0.01 %
  ["xconst", "xstore32le_mem_v", "xconst", "xstore32le_mem_v", "xload32le_mem"],  // 0.01 %
  ["xconst", "xconst", "xzero"],  // 0.01 %
  ["xconst", "xstore32le_mem_v", "xadd32_i", "jump"],  // 0.01 %
  ["xshl32_i_x", "xadd32_i_x", "xload16le_s32_mem_x"],  // 0.01 %
  ["br_if_xult32", "xzero", "xstore32le_mem_v", "xsub32", "xstore32le_mem_v"],  // 0.01 %
  ["xconst", "xeq32_x"],  // 0.01 %
  ["xbor32_i_x", "xstore32le_mem_v", "xadd32", "xstore32le_mem_x"],  // 0.01 %
  ["xload32le_mem_x", "xadd32_i_x", "xload32le_mem"],  // 0.01 %
  ["xadd32_i", "xload32le_mem", "br_if_xult32_i_x"],  // 0.01 %
  ["xconst", "xmadd32_x", "xload32le_mem_x"],  // 0.01 %
  ["xload32le_mem", "xadd32_x", "xload32le_mem", "xband32_i_x"],  // 0.01 %
  ["xadd32_i", "xmul32_i", "xsub32_i_x", "xstore32le_mem_v", "xadd32_i"],  // 0.01 %
  ["xload32le_mem", "xload32le_mem", "br_if_xult32_y"],  // 0.01 %
  ["xshr32_u_i_x", "xbxor32_x", "xshl32_i_x", "xbxor32_x"],  // 0.01 %
  ["xmul32_i", "xadd32_i_x", "xstore32le_mem_v", "xadd32_i", "xadd32_i"],  // 0.01 %
  ["br_if_xneq32_x", "xconst", "xstore32le_mem_x"],  // 0.01 %
  ["xstore32le_mem_v", "xload32le_mem", "xadd32_x", "xstore32le_mem_v", "jump"],  // 0.01 %
  ["xshr64_u_i", "xadd32_i_x"],  // 0.01 %
  ["xload32le_mem", "xstore32le_mem_v", "xstore32le_mem"],  // 0.01 %
  ["xadd32_x", "xload8_u32_mem_x", "zext8_x", "wret_in_place_x"],  // 0.01 %
  ["xadd32_i", "xband32_i", "xshr32_u_i_x", "xstore16le_mem_v"],  // 0.01 %
  ["xstore16le_mem_v", "xadd32_i", "xshr32_u_i", "zext8_x"],  // 0.01 %
  ["xstore32le_mem_x", "br_if_not32", "xstore32le_mem_x"],  // 0.01 %
  ["xband32_i_x", "xshr32_u_i_x", "xband32_i", "xbxor32_x", "xshl32_i_x"],  // 0.01 %
  ["br_if_xugt64_w_x", "br_if_xslt32_i", "br_if_xslt32_i", "xrem32_u", "zext32_x"],  // 0.01 %
  ["xmov_x", "xadd32_i", "wcontext", "xstore32le_o32_x"],  // 0.01 %
  ["xshl32_i", "xadd32_x", "xload16le_u32_mem_x", "xadd32_i_x", "xstore16le_mem_v"],  // 0.01 %
  ["xload32le_mem_x", "br_if_xsgteq32_i_x"],  // 0.01 %
  ["xshr32_u_x", "xband32_i_x", "br_if32_x"],  // 0.01 %
  ["xadd32_i", "xadd32_i", "xadd32_i", "xload32le_mem", "br_if_xneq32_i_x"],  // 0.01 %
  ["f64_from_x32_u_x", "fdiv64_x", "fadd64_x"],  // 0.01 %
  ["f64_from_x32_u_x", "fmul64_y", "fadd64_x"],  // 0.01 %
  ["xadd32", "xmadd32_x", "xadd32_x", "br_if_xulteq32_y", "xmadd32"],  // 0.01 %
  ["xadd32_i", "xload8_u32_mem_x", "f64_from_x32_u_x"],  // 0.01 %
  ["xload8_u32_mem_x", "xstore32le_mem_v", "xload32le_mem"],  // 0.01 %
  ["xadd64_i", "br_if_xult64_y", "xadd64", "xload8_u32_o32_x"],  // 0.01 %
  ["xload32le_mem", "xsub32_x", "br_if_xulteq32_y"],  // 0.01 %
  ["xload8_u32_mem", "xadd32_x", "xadd32_i", "xload8_u32_mem_x"],  // 0.01 %
  ["xzero", "fconst32"],  // 0.01 %
  ["xstore32le_mem_x", "xsub32_i_x"],  // 0.01 %
  ["xload32le_mem_x", "xload32le_mem", "br_if_xulteq32_x", "xload32le_mem", "xconst"],  // 0.01 %
]
