// What Yosys synthesizes: a processor of eight registers with a multiplier.
module workload(input clk, input reset, input [15:0] instruction, output reg [15:0] result);
  reg [15:0] file [0:7];
  wire [15:0] a = file[instruction[5:3]], b = file[instruction[2:0]];
  wire [31:0] product = a * b;
  integer i;
  always @(posedge clk)
    if (reset) begin
      for (i = 0; i < 8; i = i + 1) file[i] <= i;
      result <= 0;
    end else begin
      case (instruction[15:12])
        4'd0: file[instruction[8:6]] <= a + b;
        4'd1: file[instruction[8:6]] <= a - b;
        4'd2: file[instruction[8:6]] <= a & b;
        4'd3: file[instruction[8:6]] <= a ^ b;
        4'd4: file[instruction[8:6]] <= a << b[3:0];
        4'd5: file[instruction[8:6]] <= a >> b[3:0];
        4'd6: file[instruction[8:6]] <= product[15:0];
        4'd7: file[instruction[8:6]] <= product[31:16];
        default: file[instruction[8:6]] <= {4'b0, instruction[11:0]};
      endcase
      result <= a;
    end
endmodule
