import { deployerContract } from '@forge/testkit/contracts';
import { gitBranchDeployer } from '../src/git-branch-deployer.ts';

deployerContract({ name: 'git-branch', create: () => ({ deployer: gitBranchDeployer }) });
